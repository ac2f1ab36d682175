export { FileFacts, scanStored } from '../rdb/index.ts';

export { type Loss, type LossKind, refuseLoss } from '../rdb/index.ts';

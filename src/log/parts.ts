export {
  encodeMeta,
  moduleId,
  writeLength64 as writeLength,
  writePart,
  writePartsEnd,
  writeStringHead,
} from '../rdb/index.ts';

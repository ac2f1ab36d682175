export { type DatasetOptions, datasetFile, datasetLog, isUnstored } from './dataset.ts';
export { type ReplayFile, replayFile } from './replay-file.ts';
export { type RewriteOptions, rewriteAof } from './rewrite.ts';

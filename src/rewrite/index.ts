export { type ReplayFile, replayFile } from './replay-file.ts';
export { datasetLog, type RewriteOptions, rewriteAof, showDataset } from './rewrite.ts';

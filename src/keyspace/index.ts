export { type EmitOptions, emit } from './emit.ts';
export { checkReplayOptions, type ReplayOptions } from './options.ts';
export { type ReplayableRecord, replay, replayAof, writerRecords } from './replay.ts';
export { profileName, Replayer } from './replayer.ts';
export type { Script } from './session.ts';

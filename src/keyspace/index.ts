export { type EmitOptions, emit } from './emit.ts';
export { checkReplayOptions, type ReplayOptions } from './options.ts';
export type { Script, ScriptReply } from './outcome.ts';
export { profileName } from './profile.ts';
export { type ReplayableRecord, replay, replayAof, writerRecords } from './replay.ts';
export { Replayer } from './replayer.ts';

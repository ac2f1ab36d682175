export { newReplayer } from './new-replayer.ts';
export { checkReplayOptions, type ReplayOptions } from './options.ts';
export type { Script, ScriptReply } from './outcome.ts';
export { profileName } from './profile.ts';
export { type ReplayableRecord, replay, replayAof } from './replay.ts';
export type { Replayer } from './replayer.ts';

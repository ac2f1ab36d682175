export {
  arityFits,
  type CommandInfo,
  commandInfo,
  findCommand,
  findCommandIn,
  isWrite,
  keyPositions,
  keysOf,
} from './commands.ts';

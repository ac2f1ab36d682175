export {
  arityFits,
  type CommandInfo,
  commandInfo,
  findCommand,
  findCommandIn,
  isWrite,
  keyPositions,
  keysOf,
  takesCount,
} from './commands.ts';

import { RedisFileError } from '../errors.ts';

const CR = 0x0d;

/**
 * Takes commands in RESP apart that this library has written: canonical and whole. What comes from
 * anywhere else needs a reader that trusts nothing.
 *
 * @param views the arguments are views on `bytes` instead of copies
 */
export function splitCommands(
  bytes: Uint8Array<ArrayBuffer>,
  views: boolean,
  onCommand: (argv: Uint8Array<ArrayBuffer>[]) => void,
): void {
  const end = bytes.length;
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (at++; bytes[at] !== CR; at++) {
      if (at >= end) throw new RedisFileError('UNEXPECTED_EOF', 'a command that is not complete', { offset: at });
      value = value * 10 + bytes[at]! - 48;
    }
    at += 2;
    return value;
  };
  while (at < end) {
    const argv: Uint8Array<ArrayBuffer>[] = [];
    for (let count = number(); count > 0; count--) {
      const length = number();
      argv.push(views ? bytes.subarray(at, at + length) : bytes.slice(at, at + length));
      at += length + 2;
    }
    onCommand(argv);
  }
}

import { isRestore, type OpaqueValue } from './opaque.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** What a key of a module begins with, as a payload, and the commands behind that. */
export interface KeyJournal {
  base: Bytes | undefined;
  commands: Bytes[][];
}

/** The journal of a key that nothing ties to another one, with its name in its places. */
export function tiedJournal(value: OpaqueValue, key: Bytes): KeyJournal | undefined {
  const commands: Bytes[][] = [];
  let base: Bytes | undefined;
  for (const { parts } of value.journal.entries()) {
    if (isRestore(parts[0]!) && parts.length === 4) base = parts[3] as Bytes;
    else commands.push(parts.map((part) => (typeof part === 'number' ? key : part)));
  }
  return { base, commands };
}

import { ascii } from '../../bytes/index.ts';
import { type Entry, FIRST, type Journal, LAST, payloadOf } from './journal.ts';
import type { OpaqueValue } from './opaque.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** What a key of a module begins with, as a payload, and the commands behind that. */
export interface KeyJournal {
  base: Bytes | undefined;
  commands: Bytes[][];
}

/** A document of no meaning, for a time to be set on. */
const SOME_DOCUMENT: Bytes = /* @__PURE__ */ ascii('1');

/**
 * The journal of a key, with names in the places of numbers. That of keys that are tied is shown once, by whoever comes
 * first; see `nameTied`, which is to be called before.
 *
 * @returns undefined where another key has shown it
 */
export function shownJournal(value: OpaqueValue, key: Bytes): KeyJournal | undefined {
  if (value.tied) return tiedJournal(value);
  const shown: KeyJournal = { base: undefined, commands: [] };
  if (value.formerTime !== undefined) {
    // Whether a new document takes its time away is left to the module that loads this.
    shown.commands.push([ascii('JSON.SET'), key, ascii('$'), SOME_DOCUMENT], timeOf(key, value.formerTime));
  }
  for (const entry of value.journal.entries()) {
    const payload = payloadOf(entry);
    if (payload !== undefined) shown.base = payload;
    else shown.commands.push(entry.parts.map((part) => (typeof part === 'number' ? key : part)));
  }
  return shown;
}

function timeOf(key: Bytes, time: number | bigint): Bytes[] {
  return [ascii('PEXPIREAT'), key, ascii(String(time))];
}

function tiedJournal(value: OpaqueValue): KeyJournal | undefined {
  const { journal } = value;
  journal.shownBy ??= value;
  if (journal.shownBy !== value) return undefined;
  const needed = neededOf(journal);
  const nameOf = (number: number): Bytes => journal.keys[number]!.place!.key;
  const shown: KeyJournal = { base: undefined, commands: [] };
  for (const entry of journal.entries()) {
    if (!changedBy(entry).some((number) => needed.has(number))) continue;
    const payload = payloadOf(entry);
    if (payload !== undefined && entry.parts[1] === value.number) shown.base = payload;
    else shown.commands.push(entry.parts.map((part) => (typeof part === 'number' ? nameOf(part) : part)));
  }
  for (const other of journal.keys) {
    const { key, expiry, leaves } = other.place!;
    if (other.dead || !needed.has(other.number)) continue;
    if (leaves) shown.commands.push([ascii('DEL'), key]);
    else if (other !== value && expiry !== undefined) shown.commands.push(timeOf(key, expiry));
  }
  return shown;
}

/** Keys that are still there, and those on which they depend. */
function neededOf(journal: Journal<OpaqueValue>): Set<number> {
  const needed = new Set<number>();
  for (const { number, dead, place } of journal.keys) if (!dead && !place!.leaves) needed.add(number);
  let before = 0;
  while (needed.size > before) {
    before = needed.size;
    for (const entry of journal.entries()) {
      if (!changedBy(entry).some((number) => needed.has(number))) continue;
      for (const part of entry.parts) if (typeof part === 'number') needed.add(part);
    }
  }
  return needed;
}

function changedBy({ writes, parts }: Entry): number[] {
  const keys = parts.filter((part) => typeof part === 'number');
  if (writes === FIRST) return keys.slice(0, 1);
  return writes === LAST ? keys.slice(-1) : keys;
}

import { readAof } from '../../src/index.ts';
import { CommandScanner } from '../../src/resp/index.ts';

/** @import { Case, Prepared } from './time.mjs' */

const COMMANDS = 100_000;

/** Bytes of a file's chunk. */
const CHUNK = 1 << 16;

/** A log of short commands, as most are. */
function smallLog() {
  const parts = [];
  for (let i = 0; i < COMMANDS; i++) {
    const key = `key:${i}`;
    parts.push(`*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$20\r\nvalue of twenty byte\r\n`);
  }
  const bytes = Buffer.from(parts.join(''), 'latin1');
  return Array.from({ length: Math.ceil(bytes.length / CHUNK) }, (_, i) => {
    return new Uint8Array(bytes.subarray(i * CHUNK, (i + 1) * CHUNK));
  });
}

/** @param {(source: Uint8Array[]) => Promise<number> | number} count commands seen @returns {Prepared} */
function reading(count) {
  const source = smallLog();
  return {
    amount: COMMANDS,
    async run() {
      const commands = await count(source);
      if (commands !== COMMANDS) throw new Error(`${commands} commands instead of ${COMMANDS}`);
      return commands;
    },
  };
}

/** @param {Uint8Array[]} source */
function scan(source) {
  let commands = 0;
  const count = () => {
    commands++;
  };
  const ignore = () => undefined;
  const sink = { whole: count, command: ignore, argument: ignore, piece: ignore, complete: count, annotation: ignore };
  const scanner = new CommandScanner(sink, false, 0);
  for (const chunk of source) scanner.push(chunk);
  scanner.end();
  return commands;
}

/** @param {Uint8Array[]} source */
async function oneByOne(source) {
  let commands = 0;
  for await (const record of readAof(source)) if (record.kind === 'command') commands++;
  return commands;
}

/** @param {Uint8Array[]} source */
async function inBatches(source) {
  let commands = 0;
  for await (const batch of readAof(source).batches()) {
    for (const record of batch) if (record.kind === 'command') commands++;
  }
  return commands;
}

/** @type {readonly Case[]} */
export const LOG = [
  { name: 'log-scan', what: 'CommandScanner, a command', unit: 'ns', prepare: () => reading(scan) },
  { name: 'log-single', what: 'readAof, for await, a command', unit: 'ns', prepare: () => reading(oneByOne) },
  { name: 'log-batches', what: 'readAof, batches(), a command', unit: 'ns', prepare: () => reading(inBatches) },
];

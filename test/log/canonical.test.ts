/** Equal datasets in equal order are equal commands, in whatever form and in whatever pieces they come. */
import { describe, expect, it } from 'vitest';
import {
  type Caps,
  CommandBuilder,
  type CommandOptions,
  type LogRecord,
  type Loss,
  RdbParser,
} from '../../src/index.ts';
import { commandWriter } from '../../src/log/index.ts';
import { RdbScanner } from '../../src/rdb/index.ts';
import { corpusNames, handNames, readCorpus, readHand } from '../helpers/fixtures.ts';
import { encodeAll } from './make.ts';

/** One of each generation of the format. */
const CORPUS = /^(redis-(2\.0\.4|2\.8\.24|4\.0\.14|6\.2\.16|7\.0\.15|7\.4\.1|8\.8)|valkey-9\.0\.4)$/;

const files = (): [string, Uint8Array][] => [
  ...corpusNames()
    .filter((name) => CORPUS.test(name))
    .map((name): [string, Uint8Array] => [name, readCorpus(name)]),
  ...handNames()
    .filter((name) => readHand(name).info.error === undefined && !/^valkey81-lz4/.test(name))
    .map((name): [string, Uint8Array] => [name, readHand(name).bytes]),
];

interface Form {
  values: 'raw' | 'structure' | 'data';
  maxValueBytes?: number;
  views?: boolean;
}

const FORMS: readonly Form[] = [
  { values: 'raw' },
  { values: 'structure' },
  { values: 'data', maxValueBytes: 60 },
  { values: 'structure', maxValueBytes: 60 },
];

/** Targets and caps; the small ones are below some strings of the files, and above others. */
const WAYS: readonly [target: string, caps: Partial<Caps> | undefined][] = [
  ['redis:7.0', undefined],
  ['redis:8.8', { items: 5, bytes: 300 }],
  ['valkey:9.1', { items: 100, bytes: 2000 }],
];

function* cuts(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function byRecords(bytes: Uint8Array, options: CommandOptions, form: Form, chunk = 1 << 16): Buffer {
  const { values, views = false, maxValueBytes = 1 << 26 } = form;
  const parser = new RdbParser({ values, large: 'pieces', maxValueBytes, views });
  const builder = new CommandBuilder(options);
  const parts: Uint8Array[] = [];
  for (const piece of cuts(bytes, chunk)) parts.push(encodeAll(builder.push(parser.push(piece) as LogRecord[])));
  parts.push(encodeAll(builder.push(parser.end() as LogRecord[])), encodeAll(builder.end()));
  return Buffer.concat(parts);
}

function bySpans(bytes: Uint8Array, options: CommandOptions, maxValueBytes: number): Buffer {
  const writer = commandWriter(options);
  const scanner = new RdbScanner(writer, {
    checksum: true,
    maxValueBytes,
    pieces: true,
    strictVersion: false,
    family: undefined,
    skipDamaged: false,
    capture: false,
    reuse: true,
  });
  const parts: Uint8Array[] = [];
  for (const piece of cuts(bytes, 333)) {
    scanner.push(piece);
    parts.push(writer.take().slice());
  }
  scanner.end();
  writer.finish();
  parts.push(writer.take().slice());
  return Buffer.concat(parts);
}

describe.each(['commands', 'mixed'] as const)('in the mode %s', (mode) => {
  it.each(files())('%s: the form of records changes nothing', (name, bytes) => {
    for (const [target, caps] of WAYS) {
      const losses: Loss[] = [];
      const options = { target, mode, caps, onLoss: (loss: Loss) => losses.push(loss) };
      const told = (): string[] => losses.splice(0).map(({ kind, offset }) => `${kind} ${offset}`);
      const wanted = byRecords(bytes, options, { values: 'data' });
      const lost = told();
      for (const form of FORMS) {
        const given = byRecords(bytes, options, form, 777);
        expect(Buffer.compare(given, wanted), `${target}, ${JSON.stringify(form)}`).toBe(0);
        expect(told(), `${target}, ${JSON.stringify(form)}`).toEqual(lost);
      }
      for (const maxValueBytes of [1 << 26, 700]) {
        expect(Buffer.compare(bySpans(bytes, options, maxValueBytes), wanted), `${name}, ${target}, spans`).toBe(0);
        expect(told()).toEqual(lost);
      }
    }
  });
});

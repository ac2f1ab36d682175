/** Text among the strings: what writers make of it, and who refuses it. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  AofEncoder,
  decodeDump,
  encodeDump,
  filterKeys,
  pipe,
  readAof,
  readRdb,
  replay,
  toCommands,
  writeAof,
  writeRdb,
} from '../../src/index.ts';
import { raw } from '../helpers/aof.ts';
import { all, join } from '../helpers/encode-bytes.ts';

const bytes = fc.uint8Array({ maxLength: 40 });
const refused = expect.objectContaining({ code: 'INVALID_ARGUMENT' });

it('bytes that were read as latin1 are written as they were', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, bytes, bytes, async (name, field, value) => {
      const stream = {
        entries: [{ id: '1-1', fields: [[field, value]] as const }],
        groups: [
          {
            name: field,
            lastDeliveredId: '1-1',
            consumers: [{ name: value, seenTime: 1 }],
            pending: [{ id: '1-1', consumer: value, deliveryTime: 1, deliveryCount: 1 }],
          },
        ],
      };
      const keys = [
        { kind: 'key', key: name, type: 'string', value },
        { kind: 'key', db: 1, key: name, type: 'hash', value: [{ field, value }] },
        { kind: 'key', db: 2, key: name, type: 'stream', value: stream },
        { kind: 'key', db: 3, key: name, type: 'zset', value: [{ member: value, score: 1 }] },
      ] as const;
      const options = { target: 'redis:7.2', now: () => 0 } as const;
      const file = join(await all(writeRdb(keys, options)));
      const text = readRdb(file, { strings: 'latin1' });
      expect(join(await all(writeRdb(text, { ...options, strings: 'latin1' })))).toEqual(file);

      const log = [{ kind: 'command', argv: [raw('SET'), name, value] }] as const;
      const written = join(await all(writeAof(log)));
      const commands = readAof(written, { strings: 'latin1' });
      expect(join(await all(writeAof(commands, { strings: 'latin1' })))).toEqual(written);

      const payload = encodeDump({ type: 'list', value: [value] });
      const dump = decodeDump(payload, { strings: 'latin1' });
      expect(encodeDump(dump, { strings: 'latin1' })).toEqual(payload);
    }),
  );
});

it('text stands for its UTF-8 otherwise', async () => {
  const file = join(await all(writeRdb([{ kind: 'key', key: 'é', type: 'string', value: '\u20ac' }])));
  const [key] = (await all(readRdb(file))).filter(({ kind }) => kind === 'key');
  expect(key).toMatchObject({ key: raw('\xc3\xa9'), value: raw('\xe2\x82\xac') });
});

it('a character that is no byte is refused where each is one', async () => {
  const key = { kind: 'key', key: 'k', type: 'string', value: '\u20ac' } as const;
  await expect(all(writeRdb([key], { strings: 'latin1' }))).rejects.toEqual(refused);
  expect(() => new AofEncoder({ strings: 'latin1' }).push([{ kind: 'command', argv: ['\u0100'] }])).toThrow(
    'none beyond U+00FF, found "\u0100"',
  );
  expect(() => encodeDump({ type: 'string', value: '\u0100' }, { strings: 'latin1' })).toThrow(refused);
});

it('commands and datasets are made of bytes only', async () => {
  const file = join(await all(writeRdb([{ kind: 'key', key: 'é', type: 'string', value: 'v' }])));
  for (const strings of ['utf8', 'latin1'] as const) {
    await expect(all(toCommands(readRdb(file, { strings }) as never))).rejects.toEqual(refused);
    const preamble = await all(readAof(file, { strings }));
    await expect(all(replay(preamble as never))).rejects.toEqual(refused);
    const log = readAof(raw('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n'), { strings });
    await expect(all(replay(log as never))).rejects.toEqual(refused);
  }
});

it('a filter finds the bytes of text that was read as latin1', async () => {
  const file = join(await all(writeRdb([{ kind: 'key', key: 'é', type: 'string', value: 'v' }])));
  const kept = pipe(readRdb(file, { strings: 'latin1' }), filterKeys({ keys: 'é', strings: 'latin1' }));
  expect((await all(kept)).filter(({ kind }) => kind === 'key')).toHaveLength(1);
});

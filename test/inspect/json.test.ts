/** How text is taken from the writer of JSON while it goes on. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { JsonWriter } from '../../src/inspect/index.ts';
import type { ScanFrame } from '../../src/rdb/index.ts';
import { concat, text } from '../helpers/encode-bytes.ts';

function frame(name: string): ScanFrame {
  const bytes = text(name);
  return {
    ...{ offset: 0, db: 0, bytes, start: 0, end: bytes.length, typeId: 2, type: 'set', encoding: 'hashtable' },
    ...{ expiresAt: undefined, idle: undefined, freq: undefined, meta: undefined, valueStart: 0, stored: 'nothing' },
  };
}

it('lends text that stays as it is until the next is taken', () => {
  const value = fc.record({
    members: fc.array(fc.nat(40), { maxLength: 20 }),
    size: fc.oneof(fc.nat(20), fc.nat(20_000)),
    /** Before which member text is taken. */
    take: fc.array(fc.nat(20), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(value, { maxLength: 12 }), (values) => {
      const writer = new JsonWriter({ escape: 'text', form: 'lines', onFinding: () => undefined });
      const copies: Uint8Array[] = [];
      let lent: Uint8Array | undefined;
      const settle = (next: Uint8Array | undefined): void => {
        if (lent !== undefined) copies.push(Uint8Array.from(lent));
        lent = next;
      };
      const expected = values.map(({ members, size, take }, i) => {
        writer.key(frame(`k${i}`));
        const strings = members.map((member) => `${member}${'x'.repeat(size)}`);
        for (const [at, string] of strings.entries()) {
          // What is lent may only be read until the next is taken, so it is copied as late as that.
          if (take.includes(at)) {
            settle(undefined);
            lent = writer.takeFinished();
          }
          writer.bytes(text(string), 0, string.length);
        }
        writer.keyEnd();
        return { db: 0, key: `k${i}`, type: 'set', encoding: 'hashtable', value: strings };
      });
      settle(undefined);
      writer.finish();
      copies.push(Uint8Array.from(writer.take()));
      const lines = new TextDecoder().decode(concat(...copies)).split('\n');
      expect(lines.pop()).toBe('');
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

/** Stream nodes against an encoder of the tests. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listpack, type StreamEntryVisitor, StreamNodeDecoder } from '../../src/encodings/index.ts';
import { concat, little, noise, sizesUpTo, text, thrownBy } from '../helpers/encode-bytes.ts';
import {
  encodeListpack,
  encodeStreamNode,
  type Item,
  type NodeEntry,
  type StreamNode,
  streamNode,
  streamNodeItems,
} from '../helpers/encode-packed.ts';
import { Collector, show, walkPieces, walkWhole } from './collect.ts';

/** Entries as lines: an id, then fields and values, then a stroke. */
class Entries extends Collector implements StreamEntryVisitor {
  entry(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    for (const half of [msHi, msLo, seqHi, seqLo]) if (half >>> 0 !== half) throw new Error(`a half of ${half}`);
    const word = (hi: number, lo: number): bigint => (BigInt(hi) << 32n) | BigInt(lo);
    this.seen.push(`${word(msHi, msLo)}-${word(seqHi, seqLo)}`);
  }

  entryEnd(): void {
    this.seen.push('|');
  }
}

/** A field that is the master's is shown as text, whatever it was stored as. */
function expectedOf(node: StreamNode): string[] {
  const asText = (item: Item): string => (item instanceof Uint8Array ? show(item) : show(text(String(item))));
  return node.entries
    .filter(({ deleted }) => !deleted)
    .flatMap(({ ms, seq, same, fields }) => [
      `${ms}-${seq}`,
      ...fields.flatMap(([field, value]) => [same ? asText(field) : show(field), show(value)]),
      '|',
    ]);
}

function begin(node: { ms: bigint; seq: bigint }, decoder: StreamNodeDecoder): void {
  const half = (value: bigint, shift: bigint): number => Number((value >> shift) & 0xffffffffn);
  decoder.begin(half(node.ms, 32n), half(node.ms, 0n), half(node.seq, 32n), half(node.seq, 0n));
}

function decode(node: StreamNode, items: readonly Item[] = streamNodeItems(node)): Entries {
  const seen = new Entries();
  const decoder = new StreamNodeDecoder(seen);
  begin(node, decoder);
  walkWhole(listpack, encodeListpack(items), decoder);
  decoder.finish();
  return seen;
}

const at = (ms: bigint, seq: bigint, fields: NodeEntry['fields'] = [], more: Partial<NodeEntry> = {}): NodeEntry => ({
  ms,
  seq,
  fields,
  ...more,
});

describe('StreamNodeDecoder', () => {
  it('shows the live entries, whole and in any pieces, one node after the other', () => {
    fc.assert(
      fc.property(fc.array(streamNode, { minLength: 1, maxLength: 3 }), sizesUpTo(30), (nodes, cut) => {
        const wholes = new Entries();
        const streams = new Entries();
        const one = new StreamNodeDecoder(wholes);
        const other = new StreamNodeDecoder(streams);
        for (const node of nodes) {
          const bytes = encodeStreamNode(node);
          begin(node, one);
          walkWhole(listpack, bytes, one);
          one.finish();
          begin(node, other);
          walkPieces(listpack, bytes, other, cut, 1);
          other.finish();
          const deleted = node.entries.filter((entry) => entry.deleted).length;
          for (const decoder of [one, other]) {
            expect(decoder).toMatchObject({
              live: node.entries.length - deleted,
              deleted,
              announcedLive: node.entries.length - deleted,
              announcedDeleted: deleted,
            });
          }
        }
        const expected = nodes.flatMap(expectedOf);
        expect(wholes.seen).toEqual(expected);
        expect(streams.seen).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });

  it('reads the node of the format', () => {
    const node: StreamNode = {
      ms: 1n,
      seq: 1n,
      fields: [text('f1'), text('f2')],
      entries: [
        at(
          1n,
          1n,
          [
            [text('f1'), text('v1')],
            [text('f2'), text('v2')],
          ],
          { same: true },
        ),
        at(
          1n,
          2n,
          [
            [text('f1'), text('v3')],
            [text('f2'), text('v4')],
          ],
          { same: true, deleted: true },
        ),
        at(2n, 0n, [[text('other'), text('zz')]]),
      ],
    };
    const hex =
      '4d00000019000201010102018266310382663203000102010001000182763103827632030501030100010101827633038276340305010001' +
      '0101dfff020101856f7468657206827a7a030601ff';
    expect(Buffer.from(encodeStreamNode(node)).toString('hex')).toBe(hex);
    expect(decode(node).seen).toEqual(expectedOf(node));
    expect(expectedOf(node)).toEqual([
      '1-1',
      '$6631',
      '$7631',
      '$6632',
      '$7632',
      '|',
      '2-0',
      '$6f74686572',
      '$7a7a',
      '|',
    ]);
  });

  it('adds ids in 64 bits, with carry and round the end', () => {
    const max = (1n << 64n) - 1n;
    for (const [ms, seq] of [
      [0n, 0n],
      [0xffffffffn, 0xffffffffn],
      [0x1_00000000n, 0x1_00000000n],
      [max, max],
      [1n << 63n, (1n << 63n) - 1n],
    ]) {
      const ids = [0n, 1n, 0xfffffffen, 0xffffffffn, 0x1_00000000n, 1n << 53n, 1n << 63n, max - 1n, max];
      const node: StreamNode = { ms, seq, fields: [], entries: ids.flatMap((a) => ids.map((b) => at(a, b))) };
      expect(decode(node).seen).toEqual(ids.flatMap((a) => ids.flatMap((b) => [`${a}-${b}`, '|'])));
    }
  });

  it('shows values too large to hold in pieces, and those of deleted entries not at all', () => {
    const large = noise(200_000);
    const pairs: [Item, Item][] = [
      [text('a'), large],
      [text('b'), 5n],
    ];
    const node: StreamNode = {
      ms: 5n,
      seq: 0n,
      fields: [text('a'), text('b')],
      entries: [
        at(5n, 0n, pairs, { same: true }),
        at(5n, 1n, pairs, { same: true, deleted: true }),
        at(5n, 2n, [[large, large]]),
        at(5n, 3n, [[large, large]], { deleted: true }),
        at(6n, 0n, [[1n, 2n]]),
      ],
    };
    const seen = new Entries();
    const decoder = new StreamNodeDecoder(seen);
    begin(node, decoder);
    walkPieces(listpack, encodeStreamNode(node), decoder, [65_536], 1);
    decoder.finish();
    expect(seen.seen).toEqual(expectedOf(node));
    expect(seen.bigs.length).toBe(3);
  });

  it('holds the master fields, also large ones', () => {
    const node: StreamNode = {
      ms: 5n,
      seq: 0n,
      fields: [noise(200_000), text('b')],
      entries: [
        at(
          5n,
          0n,
          [
            [noise(200_000), text('one')],
            [text('b'), noise(100_000)],
          ],
          { same: true },
        ),
        at(5n, 1n, [[text('c'), noise(100_000)]]),
      ],
    };
    const seen = new Entries();
    const decoder = new StreamNodeDecoder(seen);
    const bytes = encodeStreamNode(node);
    for (const sizes of [[65_536], [1000], [bytes.length]]) {
      seen.seen.length = 0;
      begin(node, decoder);
      walkPieces(listpack, bytes, decoder, sizes, 1);
      decoder.finish();
      expect(seen.seen).toEqual(expectedOf(node));
    }
  });

  it('begins anew after a node that was cut inside a large master field or value', () => {
    const large: [Item, Item] = [text('f'), noise(200_000)];
    const damaged: StreamNode[] = [
      { ms: 5n, seq: 0n, fields: [noise(200_000)], entries: [] },
      { ms: 5n, seq: 0n, fields: [], entries: [at(5n, 0n, [large], { deleted: true })] },
    ];
    for (const node of damaged) {
      const cut = encodeStreamNode(node).slice(0, 150_000);
      cut.set(little(cut.length, 4));
      for (const fields of [[], [large[0]], [noise(100_000)]]) {
        let seen = new Entries();
        // The collector of a cut node is in the middle of something too; the next node has one of its own.
        const decoder = new StreamNodeDecoder({
          bytes: (...span) => seen.bytes(...span),
          integer: (value) => seen.integer(value),
          int64: (hi, lo) => seen.int64(hi, lo),
          bigBegin: (length) => seen.bigBegin(length),
          bigBytes: (...span) => seen.bigBytes(...span),
          bigEnd: () => seen.bigEnd(),
          entry: (...id) => seen.entry(...id),
          entryEnd: () => seen.entryEnd(),
        });
        begin(node, decoder);
        expect(thrownBy(() => walkPieces(listpack, cut, decoder, [65_536], 1))).toMatchObject({ code: 'BAD_LISTPACK' });
        seen = new Entries();
        const next: StreamNode = { ms: 6n, seq: 0n, fields, entries: [at(6n, 0n, [large])] };
        begin(next, decoder);
        walkPieces(listpack, encodeStreamNode(next), decoder, [65_536], 1);
        decoder.finish();
        expect(seen.seen).toEqual(expectedOf(next));
      }
    }
  });

  it('allocates nothing for a master field that is merely claimed', () => {
    const claim = concat(little(300_000, 4), [4, 0], [1, 1, 0, 1, 1, 1], [0xf0], little(0xffffff00, 4), noise(299_983));
    const decoder = new StreamNodeDecoder(new Entries());
    begin({ ms: 1n, seq: 1n }, decoder);
    expect(thrownBy(() => walkPieces(listpack, claim, decoder, [65_536], 1))).toMatchObject({ name: 'RedisFileError' });
  });

  it('leaves wrong counts to its caller', () => {
    const node: StreamNode = { ms: 1n, seq: 1n, fields: [], entries: [at(1n, 1n), at(1n, 2n, [], { deleted: true })] };
    const items = streamNodeItems(node);
    items[0] = 9n;
    items[1] = 8n;
    const decoder = new StreamNodeDecoder(new Entries());
    begin(node, decoder);
    walkWhole(listpack, encodeListpack(items), decoder);
    decoder.finish();
    expect(decoder).toMatchObject({ live: 1, deleted: 1, announcedLive: 9, announcedDeleted: 8 });
  });

  it('refuses a node that ends inside something', () => {
    const node: StreamNode = {
      ms: 1n,
      seq: 1n,
      fields: [text('f')],
      entries: [at(1n, 1n, [[text('f'), text('v')]], { same: true }), at(1n, 2n, [[text('g'), text('w')]])],
    };
    const items = streamNodeItems(node);
    const ends: number[] = [];
    for (let end = 0; end <= items.length; end++) {
      try {
        decode(node, items.slice(0, end));
        ends.push(end);
      } catch (error) {
        expect(error).toMatchObject({ name: 'RedisFileError', code: 'BAD_STREAM' });
      }
    }
    // Behind the master entry, and behind each entry.
    expect(ends).toEqual([5, 10, items.length]);
  });

  it.each<[string, Item[]]>([
    ['text as the count', [text('x')]],
    ['a negative count', [-1n]],
    ['a count beyond 2^53', [1n << 62n]],
    ['a negative count of deleted entries', [1n, -1n]],
    ['a negative count of fields', [1n, 0n, -5n]],
    ['text at the end of the master entry', [1n, 0n, 0n, text('x')]],
    ['text as flags', [1n, 0n, 0n, 0n, text('2')]],
    ['negative flags', [1n, 0n, 0n, 0n, -1n]],
    ['text as ms', [1n, 0n, 0n, 0n, 0n, text('1')]],
    ['text as seq', [1n, 0n, 0n, 0n, 0n, 1n, text('1')]],
    ['text as the count of fields of an entry', [1n, 0n, 0n, 0n, 0n, 1n, 1n, text('1')]],
    ['a negative count of fields of an entry', [1n, 0n, 0n, 0n, 0n, 1n, 1n, -1n]],
    ['text as the element count', [1n, 0n, 0n, 0n, 2n, 1n, 1n, text('3')]],
  ])('refuses %s', (_name, items) => {
    const error = thrownBy(() => decode({ ms: 1n, seq: 1n, fields: [], entries: [] }, items));
    expect(error).toMatchObject({ name: 'RedisFileError', code: 'BAD_STREAM' });
  });

  it('gives its error class or some entries for any elements', () => {
    const element = fc.oneof(
      { weight: 5, arbitrary: fc.bigInt(0n, 4n) },
      { weight: 1, arbitrary: fc.bigInt(-(1n << 63n), (1n << 63n) - 1n) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3 }) },
    );
    fc.assert(
      fc.property(fc.array(element, { maxLength: 30 }), (items) => {
        try {
          decode({ ms: 1n, seq: 1n, fields: [], entries: [] }, items);
        } catch (error) {
          expect(error).toMatchObject({ name: 'RedisFileError', code: 'BAD_STREAM' });
        }
      }),
      { numRuns: 1000 },
    );
  });
});

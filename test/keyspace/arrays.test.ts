import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArrayLoader } from '../../src/keyspace/load/array.ts';
import { itemsOf, Replay } from './run.ts';

/** Elements by index, and the cursor. */
function arrayOf(replay: Replay, key = 'a'): { items: Record<string, string>; cursor: string | undefined } | undefined {
  const shown = replay.dump()[key]?.value;
  if (shown === undefined) return undefined;
  const items: Record<string, string> = {};
  let cursor: string | undefined;
  let index = '';
  for (const one of shown) {
    if (typeof one === 'string') items[index] = one;
    else if ((one as unknown[])[0] === 'insertIndex') cursor = String((one as unknown[])[1]);
    else index = String((one as unknown[])[1]);
  }
  return { items, cursor };
}

const LAST = String(2n ** 64n - 2n);

describe('arrays', () => {
  it('take elements at any index, and show them in order', () => {
    const replay = new Replay('8.8');
    expect(
      replay.run(
        ['ARSET', 'a', '10', 'x', 'y'],
        ['ARMSET', 'a', LAST, 'end', '4294967296', 'far', '0', 'first', '9007199254740993', 'wide'],
        ['ARSET', 'a', LAST, 'one', 'too many'],
        ['ARMSET', 'a', '5', 'never', 'x', 'y'],
        ['ARMSET', 'a', '5', 'never', '6'],
        ['ARSET', 'a', '18446744073709551615', 'v'],
        ['ARSET', 'a', '007', 'seven'],
      ),
    ).toEqual([true, true, false, false, false, false, true]);
    expect(Object.entries(arrayOf(replay)!.items)).toEqual([
      ['0', 'first'],
      ['7', 'seven'],
      ['10', 'x'],
      ['11', 'y'],
      ['4294967296', 'far'],
      ['9007199254740993', 'wide'],
      [LAST, 'end'],
    ]);
  });

  it('lose elements and ranges, and the key with the last one', () => {
    const replay = new Replay('8.8');
    replay.run(
      ['ARSET', 'a', '0', ...'abcdefghij'],
      ['ARDEL', 'a', '3', '99'],
      ['ARDELRANGE', 'a', '7', '5', '0', '1'],
    );
    expect(arrayOf(replay)?.items).toEqual({ 2: 'c', 4: 'e', 8: 'i', 9: 'j' });
    replay.run(['ARDELRANGE', 'a', '9', LAST]);
    expect(arrayOf(replay)?.items).toEqual({ 2: 'c', 4: 'e', 8: 'i' });
    replay.run(['ARDEL', 'a', '2', '4', '8']);
    expect(replay.dump()).toEqual({});
  });

  it('insert behind the cursor', () => {
    const replay = new Replay('8.8');
    replay.run(['ARINSERT', 'a', 'x', 'y'], ['ARSEEK', 'a', '10'], ['ARINSERT', 'a', 'z']);
    expect(arrayOf(replay)).toEqual({ items: { 0: 'x', 1: 'y', 10: 'z' }, cursor: '10' });
    replay.run(['ARSEEK', 'a', '0'], ['ARINSERT', 'a', 'new'], ['ARSEEK', 'none', '4']);
    expect(arrayOf(replay)).toEqual({ items: { 0: 'new', 1: 'y', 10: 'z' }, cursor: '0' });
    expect(
      replay.run(['ARSEEK', 'a', LAST], ['ARINSERT', 'a', 'p', 'q'], ['ARINSERT', 'a', 'p'], ['ARINSERT', 'a', 'q']),
    ).toEqual([true, false, true, false]);
    expect(arrayOf(replay)?.cursor).toBe(LAST);
  });

  it('are rings of the size that ARRING gives', () => {
    const replay = new Replay('8.8');
    const ring = (size: number, ...values: string[]): unknown => {
      replay.run(['ARRING', 'a', String(size), ...values]);
      return arrayOf(replay);
    };
    expect(ring(3, 'a', 'b')).toEqual({ items: { 0: 'a', 1: 'b' }, cursor: '1' });
    expect(ring(3, 'c', 'd')).toEqual({ items: { 0: 'd', 1: 'b', 2: 'c' }, cursor: '0' });
    // Larger: b, c, d from 0 on, then the new one.
    expect(ring(5, 'e')).toEqual({ items: { 0: 'b', 1: 'c', 2: 'd', 3: 'e' }, cursor: '3' });
    expect(ring(5, 'f', 'g')).toEqual({ items: { 0: 'g', 1: 'c', 2: 'd', 3: 'e', 4: 'f' }, cursor: '0' });
    // Smaller: of c, d, e, f, g the last two, then the new one takes the place of the first.
    expect(ring(2, 'h')).toEqual({ items: { 0: 'h', 1: 'g' }, cursor: '0' });
    expect(replay.run(['ARRING', 'a', '0', 'v'])).toEqual([false]);
  });

  it('hold the newest elements of a ring, whatever the sizes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 9 })), { maxLength: 12 }),
        (steps) => {
          const replay = new Replay('8.8');
          let newest: string[] = [];
          let number = 0;
          for (const [size, count] of steps) {
            const values = Array.from({ length: count }, () => String(number++));
            replay.run(['ARRING', 'a', String(size), ...values]);
            newest = [...newest.slice(-size), ...values].slice(-size);
            const { items, cursor } = arrayOf(replay)!;
            const length = Object.keys(items).length;
            const last = Number(cursor);
            const inOrder = Array.from({ length }, (_, i) => items[(last + 1 + i) % length]);
            expect(inOrder).toEqual(newest);
          }
        },
      ),
    );
  });

  it('stop at a gap when a ring is put in order', () => {
    const replay = new Replay('8.8');
    replay.run(['ARRING', 'a', '5', ...'abcde'], ['ARDEL', 'a', '2'], ['ARRING', 'a', '4', 'f']);
    expect(arrayOf(replay)).toEqual({ items: { 0: 'd', 1: 'e', 2: 'f' }, cursor: '2' });
  });

  it('are no other type', () => {
    const replay = new Replay('8.8');
    replay.setText('a', 'text');
    expect(replay.run(['ARSET', 'a', '0', 'v'], ['ARDEL', 'a', '0'], ['ARRING', 'a', '2', 'v'])).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('are loaded from their parts, and copied', () => {
    const { keyspace } = new Replay();
    const loader = new ArrayLoader(keyspace.heap);
    const text = Buffer.from('onetwo');
    loader.insertIndex(5);
    loader.index(4);
    loader.bytes(text, 0, 3);
    loader.index(2n ** 64n - 2n);
    loader.bytes(text, 3, 6);
    const array = loader.end()!;
    const items = [['insertIndex', 5], ['index', 4], 'one', ['index', LAST], 'two'];
    const copy = array.clone();
    array.free();
    expect(itemsOf(copy)).toEqual(items);
  });
});

describe('rate limiters', () => {
  it('are a time that is also when they go', () => {
    const replay = new Replay('8.10');
    expect(replay.run(['GCRASETVALUE', 'g', '1700000000123456'], ['GCRASETVALUE', 'g', '-1'])).toEqual([true, false]);
    expect(replay.dump()).toEqual({ g: { value: [['gcra', 1_700_000_000_123_456]], expiresAt: '1700000000123' } });
    replay.setText('s', 'text');
    expect(replay.run(['GCRASETVALUE', 's', '1'])).toEqual([false]);
    expect(() => replay.run(['GCRA', 'g', '1', '2', '3'])).toThrow(/GCRA.*clock/);
  });
});

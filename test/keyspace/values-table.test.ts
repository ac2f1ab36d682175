/** Values are put away as numbers behind each command, and are the same when they come back. */
import { describe, expect, it } from 'vitest';
import { Heap } from '../../src/keyspace/memory/index.ts';
import { HashValue } from '../../src/keyspace/values/hash.ts';
import { ListValue } from '../../src/keyspace/values/list.ts';
import { SetValue } from '../../src/keyspace/values/set.ts';
import { Values } from '../../src/keyspace/values/table.ts';
import { ZsetValue } from '../../src/keyspace/values/zset.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const heap = new Heap();

function hash(...fields: string[]): HashValue {
  const value = new HashValue(heap);
  for (const field of fields) value.set(bytes(field), 0, field.length, bytes('v'), 0, 1);
  return value;
}

function zset(...members: string[]): ZsetValue {
  const value = new ZsetValue(heap);
  for (const [i, member] of members.entries()) value.set(bytes(member), 0, member.length, i);
  return value;
}

describe('values', () => {
  it('are one object until they are put away, which then serves another', () => {
    const values = new Values(heap);
    const one = values.add(hash('a', 'b'));
    const other = values.add(hash('c'));
    const object = values.get(one);
    expect(values.get(one)).toBe(object);
    expect(values.get(other)).not.toBe(object);
    values.settle();
    const objects = [values.get(other), values.get(one)] as HashValue[];
    expect(objects).toContain(object);
    expect(objects.map((value) => value.size)).toEqual([1, 2]);
    expect(objects.map((value) => value.has(bytes('c'), 0, 1))).toEqual([true, false]);
  });

  it('keep apart however many are in use at once', () => {
    const values = new Values(heap);
    const numbers = Array.from({ length: 50 }, (_, i) => values.add(hash(`field ${i}`)));
    for (let round = 0; round < 3; round++) {
      values.settle();
      const held = numbers.map((number) => values.get(number) as HashValue);
      expect(new Set(held).size).toBe(50);
      for (const [i, value] of held.entries()) {
        expect(value.has(bytes(`field ${i}`), 0, `field ${i}`.length)).toBe(true);
      }
    }
  });

  it('keep what was changed since they came back', () => {
    const values = new Values(heap);
    const number = values.add(new SetValue(heap));
    for (let i = 0; i < 300; i++) {
      (values.get(number) as SetValue).add(bytes(`member ${i}`), 0, `member ${i}`.length);
      values.settle();
    }
    expect((values.get(number) as SetValue).size).toBe(300);
    expect((values.get(number) as SetValue).has(bytes('member 17'), 0, 9)).toBe(true);
  });

  it('keep what a sorted set once was', () => {
    const values = new Values(heap);
    const long = 'm'.repeat(65);
    const widened = zset('a');
    widened.widen();
    const numbers = [zset('a'), widened, zset('a', long)].map((value) => values.add(value));
    values.settle();
    const back = numbers.map((number) => values.get(number) as ZsetValue);
    expect(back.map(({ wide }) => wide)).toEqual([false, true, true]);
    expect(back.map(({ large }) => large)).toEqual([false, false, true]);
    expect(back[2]!.score(bytes(long), 0, 65)).toBe(1);
  });

  it('stay objects where they are more than a few numbers', () => {
    const values = new Values(heap);
    const timed = hash('a');
    timed.setTime(bytes('a'), 0, 1, 1_700_000_000_000);
    const list = new ListValue(heap);
    for (let i = 0; i < 2; i++) list.push(false, bytes('x'.repeat(4000)), 0, 4000);
    const large = hash(...Array.from({ length: 500 }, (_, i) => `field ${i}`));
    for (const value of [timed, list, large]) {
      const number = values.add(value);
      values.settle();
      expect(values.get(number)).toBe(value);
    }
  });

  it('give their numbers to others when they are gone', () => {
    const values = new Values(heap);
    const first = values.add(hash('a'));
    const second = values.add(zset('b'));
    values.settle();
    expect((values.take(first) as HashValue).size).toBe(1);
    const list = new ListValue(heap);
    list.push(true, bytes('e'), 0, 1);
    expect(values.add(list)).toBe(first);
    values.settle();
    expect((values.get(first) as ListValue).length).toBe(1);
    expect((values.get(second) as ZsetValue).score(bytes('b'), 0, 1)).toBe(0);
  });
});

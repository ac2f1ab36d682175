import { describe, expect, it } from 'vitest';
import { evenSlots, parseClusterNodes, slotOwners } from '../../src/records/index.ts';

describe('even slots', () => {
  it('are those of redis-cli --cluster create', () => {
    expect(evenSlots(3)).toEqual([
      [0, 5460],
      [5461, 10922],
      [10923, 16383],
    ]);
    expect(evenSlots(5)).toEqual([
      [0, 3276],
      [3277, 6553],
      [6554, 9829],
      [9830, 13106],
      [13107, 16383],
    ]);
  });

  it('cover each slot once, whatever their number', () => {
    for (const count of [1, 2, 6, 7, 1000, 16383, 16384]) {
      const ranges = evenSlots(count);
      expect(ranges.length).toBe(count);
      const owners = slotOwners(ranges.map((range, i) => ({ name: String(i), slots: [range] })));
      expect(owners.includes(-1)).toBe(false);
      expect(new Set(owners).size).toBe(count);
    }
  });
});

describe('nodes of a cluster', () => {
  const id = (digit: string): string => digit.repeat(40);

  it('are those that own slots', () => {
    const text = `${id('1')} 10.0.0.1:6379@16379 myself,master - 0 0 4 connected 5 7-9 [5->-${id('2')}]\r
${id('2')} :0 master,fail - 1 2 3 disconnected 10
${id('3')} 10.0.0.3:6379@16379,name,shard-id=${id('9')} slave ${id('1')} 0 1 4 connected
vars currentEpoch 4 lastVoteEpoch 0
`;
    expect(parseClusterNodes(text)).toEqual([
      {
        id: id('1'),
        address: '10.0.0.1:6379',
        slots: [
          [5, 5],
          [7, 9],
        ],
      },
      { id: id('2'), address: ':0', slots: [[10, 10]] },
    ]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteQueue } from '../../src/compression/index.ts';
import { cutAt, noise } from './helpers.ts';

describe('ByteQueue', () => {
  it('shows what lies within one chunk without a copy', () => {
    const queue = new ByteQueue();
    const chunk = noise(10);
    queue.write(chunk);
    queue.consume(queue.peek(3)!.length);
    const view = queue.peek(4)!;
    expect(view.buffer).toBe(chunk.buffer);
    expect([...view]).toEqual([...chunk.subarray(3, 7)]);
  });

  it('shows Buffers as plain arrays, whose slice copies', () => {
    const queue = new ByteQueue();
    queue.write(Buffer.from([1, 2, 3]));
    expect(queue.peek(2)!.constructor).toBe(Uint8Array);
  });

  it('keeps nothing of a chunk once a request could not be met', () => {
    const queue = new ByteQueue(100);
    const chunk = Uint8Array.of(1, 2, 3);
    queue.write(chunk);
    expect(queue.peek(4)).toBeUndefined();
    chunk.fill(9);
    queue.write(Uint8Array.of(4, 5));
    expect([...queue.peek(4)!]).toEqual([1, 2, 3, 4]);
    queue.consume(4);
    expect([queue.offset, queue.available]).toEqual([104, 1]);
  });

  it('does not allocate what is merely asked for', () => {
    const queue = new ByteQueue();
    queue.write(noise(5));
    expect(queue.peek(2 ** 40)).toBeUndefined();
    expect(queue.available).toBe(5);
  });

  it('gives the bytes in order, whatever is written, shown, consumed and skipped', () => {
    const data = noise(300);
    const request = fc.record({ count: fc.nat(40), consumed: fc.nat(40), skip: fc.boolean() });
    fc.assert(
      fc.property(fc.array(fc.nat(300)), fc.array(request, { minLength: 20 }), (cuts, requests) => {
        const queue = new ByteQueue();
        const chunks = cutAt(data, cuts);
        let written = 0;
        let at = 0;
        for (const { count, consumed, skip } of requests) {
          if (skip) {
            at += queue.skip(consumed);
          } else {
            const bytes = queue.peek(count);
            if (bytes === undefined) {
              expect(count).toBeGreaterThan(written - at);
              const chunk = chunks.shift();
              if (chunk === undefined) break;
              queue.write(chunk);
              written += chunk.length;
            } else {
              expect([...bytes]).toEqual([...data.subarray(at, at + count)]);
              const used = Math.min(consumed, count);
              queue.consume(used);
              at += used;
            }
          }
          expect([queue.offset, queue.available]).toEqual([at, written - at]);
        }
      }),
    );
  });
});

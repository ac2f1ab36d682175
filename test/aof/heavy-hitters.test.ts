/** The sketch of `aof stats`: what it promises of weights. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeavyHitters } from '../../src/aof/heavy-hitters.ts';
import { Timeline } from '../../src/aof/timeline.ts';

describe('the sketch of the heaviest', () => {
  it('keeps its bounds', () => {
    const adds = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 1000 })), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(adds, fc.integer({ min: 1, max: 50 }), (all, places) => {
        const sketch = new HeavyHitters(places);
        const true_ = new Map<string, number>();
        for (const [key, weight] of all) {
          sketch.add(`k${key}`, weight);
          true_.set(`k${key}`, (true_.get(`k${key}`) ?? 0) + weight);
        }
        const total = all.reduce((sum, [, weight]) => sum + weight, 0);
        expect(sketch.total).toBe(total);
        expect(sketch.error).toBeLessThanOrEqual(total / places);
        const top = sketch.top(places);
        expect(top.length).toBe(Math.min(places, true_.size));
        for (const { name, weight, error } of top) {
          expect(weight).toBeGreaterThanOrEqual(true_.get(name)!);
          expect(weight - error).toBeLessThanOrEqual(true_.get(name)!);
          expect(error).toBeLessThanOrEqual(sketch.error);
        }
        for (const [name, weight] of true_) {
          if (weight > sketch.error) expect(top.some((item) => item.name === name)).toBe(true);
        }
        if (true_.size <= places)
          expect([sketch.error, new Map(top.map((i) => [i.name, i.weight]))]).toEqual([0, true_]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the timeline', () => {
  it('loses nothing as its spans grow', () => {
    const timeline = new Timeline();
    let bytes = 0;
    for (let second = 0; second < 100_000; second += 37) {
      timeline.add((1_700_000_000 + second) * 1000, 1, second);
      bytes += second;
    }
    const { spans, span } = timeline;
    expect(spans.length).toBeLessThanOrEqual(60);
    expect(span).toBe(1800);
    expect(spans.reduce((sum, one) => sum + one.bytes, 0)).toBe(bytes);
    expect(spans.every(({ time }, i) => time % (span * 1000) === 0 && (i === 0 || time > spans[i - 1]!.time))).toBe(
      true,
    );
  });
});

/** What is kept of damaged files, checked by a real server's own tool: it must find no damage any more. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { salvageFile } from '../../src/inspect/index.ts';
import { RdbEncoder, type Spill } from '../../src/rdb/index.ts';
import { concat } from '../helpers/encoders.ts';
import { corpusNames, readCorpus } from '../helpers/fixtures.ts';
import { describeLive } from '../helpers/live.ts';
import { randomNumbers } from '../helpers/readings.ts';

/** Every file is damaged once in each of these numbers of bytes. */
const DAMAGED = [5, 5, 5, 50];

class MemorySpill implements Spill {
  #parts: Uint8Array[] = [];
  write(bytes: Uint8Array): void {
    this.#parts.push(bytes.slice());
  }
  *drain(): Generator<Uint8Array> {
    yield* this.#parts.splice(0);
  }
}

let folder: string;

async function salvaged(
  bytes: Uint8Array<ArrayBuffer>,
  target: string | undefined,
): Promise<{ written: Uint8Array; gaps: number; keys: number }> {
  const encoder = new RdbEncoder({
    captured: true,
    hints: 'drop',
    onLoss: () => {},
    ...(target === undefined ? {} : { target }),
  });
  const report = await salvageFile(bytes, encoder, { capture: true, spill: () => new MemorySpill() });
  encoder.finish();
  return { written: concat(...encoder.take(true), encoder.trailer()), gaps: report.gapCount, keys: report.keys };
}

describeLive('damaged files, salvaged', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rdb-aof-salvage-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are accepted by redis-check-rdb', { timeout: 120_000 }, async () => {
    const path = join(folder, 'salvaged.rdb');
    const refused: string[] = [];
    let gaps = 0;
    let files = 0;
    for (const [seed, damaged] of DAMAGED.entries()) {
      const random = randomNumbers(seed + 1);
      for (const name of corpusNames()) {
        const bytes = new Uint8Array(readCorpus(name));
        for (let i = 0; i < damaged; i++)
          bytes[9 + Math.floor(random() * (bytes.length - 9))] = Math.floor(random() * 256);
        // As they are stored, where the server knows all of that.
        for (const target of /^redis-([2-6]|7\.0)/.test(name) ? ['redis:7.0', undefined] : ['redis:7.0']) {
          const saved = await salvaged(bytes, target);
          gaps += saved.gaps;
          files++;
          writeFileSync(path, saved.written);
          try {
            execFileSync('redis-check-rdb', [path], { encoding: 'utf8', stdio: 'pipe' });
          } catch (error) {
            const text = String((error as { stdout: string }).stdout);
            const why = text
              .split('\n')
              .filter((line) => /Guru|rror|object|type|Reading|ziplist|listpack|Duplic/i.test(line));
            refused.push(`${name}, seed ${seed}, ${target}: ${why.join(' | ')}`);
          }
        }
      }
    }
    expect(refused).toEqual([]);
    expect(gaps).toBeGreaterThan(files);
  });
});

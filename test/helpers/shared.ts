import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';

/** True where nothing may be skipped: `REQUIRE_LIVE=1`, as in continuous integration. */
export const REQUIRED: boolean = process.env['REQUIRE_LIVE'] === '1';

/**
 * `describe`, for tests that need something that is not everywhere. Where it is missing, one test that names it is
 * reported as skipped, or as failed where nothing may be skipped; `body` is then not called.
 */
export function describeNeeding(what: string, present: boolean, name: string, body: () => void): void {
  describe(name, () => {
    if (present) body();
    else if (REQUIRED) {
      it(`needs ${what}`, () => {
        throw new Error(`${what} is missing, and REQUIRE_LIVE=1 forbids to skip`);
      });
    } else it.skip(`needs ${what}`);
  });
}

/** The path of the corpus of real files that lies beside the checkout, or undefined where it does not. */
export function sharedCorpus(): string | undefined {
  const path = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));
  return existsSync(path) ? path : undefined;
}

/** `describe` over the shared corpus; skipped by name where it is absent. */
export function describeShared(name: string, body: (corpus: string) => void): void {
  const corpus = sharedCorpus();
  describeNeeding('../shared/corpus', corpus !== undefined, name, () => body(corpus!));
}

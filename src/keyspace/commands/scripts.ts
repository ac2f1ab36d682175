import { sha1 } from '@noble/hashes/legacy';
import { Args } from '../args.ts';
import type { Family } from '../dispatch.ts';
import { type Outcome, Refusal } from '../outcome.ts';
import type { Session } from '../session.ts';

/** Scripts, which do what the caller says that they do. Servers from 5.0 on log the commands of scripts instead. */
export const scripts: Family = {
  EVAL: (s, a) => (a.count < 3 ? 'SYNTAX' : run(s, a, sha1Of(a, 1))),
  EVALSHA: (s, a) => (a.count < 3 ? 'SYNTAX' : run(s, a, a.text(1).toLowerCase())),
  FCALL: (s, a) => (a.count < 3 ? 'SYNTAX' : run(s, a, a.text(1))),
  // These may not write.
  EVAL_RO: () => undefined,
  EVALSHA_RO: () => undefined,
  FCALL_RO: () => undefined,
  // Scripts are told by their source, which EVALSHA names, too.
  SCRIPT: () => undefined,
};

function sha1Of(a: Args, i: number): string {
  const digest = sha1(a.copy(i));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function run(s: Session, a: Args, name: string): Outcome {
  const script = Object.hasOwn(s.options.scripts, name) ? s.options.scripts[name] : undefined;
  if (script === undefined) throw new Refusal(`runs the script ${name}, which is not given`);
  const count = a.int(2);
  if (typeof count !== 'number' || count < 0 || 3 + count > a.count) return 'RANGE';
  const keys: Uint8Array[] = [];
  const argv: Uint8Array[] = [];
  for (let i = 3; i < a.count; i++) (i < 3 + count ? keys : argv).push(a.copy(i));
  let failure: Outcome;
  const call = (...words: (Uint8Array | string | number)[]): void => {
    failure = s.runInside(argsOf(words));
    if (failure !== undefined) throw new CallFailed(`${String(words[0])} fails: ${failure}`);
  };
  const { selected } = s;
  try {
    script(call, keys, argv);
  } catch (error) {
    // What it did before stays done, as on a server.
    if (error instanceof CallFailed) return failure ?? 'OTHER';
    throw error;
  } finally {
    if (s.profile.release >= OWN_DATABASE_SINCE) s.select(selected);
  }
  return undefined;
}

/** From 2.8.12 on the database that a script selects is its own affair. */
const OWN_DATABASE_SINCE = 208;

/** Thrown into a script whose command fails; one that does not catch it ends there. */
class CallFailed extends Error {}

const encoder: TextEncoder = /* @__PURE__ */ new TextEncoder();

function argsOf(words: readonly (Uint8Array | string | number)[]): Args {
  const parts = words.map((word) => (word instanceof Uint8Array ? word : encoder.encode(String(word))));
  const args = new Args();
  args.count = parts.length;
  args.spans = new Int32Array(2 * parts.length);
  args.bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  parts.forEach((part, i) => {
    args.spans[2 * i] = at;
    args.bytes.set(part, at);
    at += part.length;
    args.spans[2 * i + 1] = at;
  });
  return args;
}

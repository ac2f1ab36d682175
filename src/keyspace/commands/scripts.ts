import { sha1 } from '@noble/hashes/legacy';
import { describe, invalidArgument, latin1 } from '../../bytes/index.ts';
import { Args } from '../args.ts';
import { nothing } from '../arity.ts';
import type { Family } from '../dispatch.ts';
import { type Outcome, Refusal, type ScriptReply } from '../outcome.ts';
import { CallFailed } from '../replies/reply.ts';
import { callInside } from '../replies.ts';
import type { Session } from '../session.ts';

/** Scripts, which do what the caller says that they do. Servers from 5.0 on log the commands of scripts instead. */
export const scripts: Family = {
  EVAL: (s, a) => (a.count < 3 ? 'SYNTAX' : run(s, a, sha1Of(a, 1))),
  EVALSHA: (s, a) => (a.count < 3 ? 'SYNTAX' : run(s, a, a.text(1).toLowerCase())),
  FCALL: (s, a) => (a.count < 3 ? 'SYNTAX' : run(s, a, a.text(1))),
  // These may not write.
  EVAL_RO: nothing,
  EVALSHA_RO: nothing,
  FCALL_RO: nothing,
  // Scripts are told by their source, which EVALSHA names, too.
  SCRIPT: nothing,
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
  // What ends the replay ends it also where the script catches it.
  let end: unknown;
  let over = false;
  const call = (...words: unknown[]): ScriptReply | undefined => {
    if (over) throw invalidArgument(`the script ${name} calls ${nameOf(words)} after it has ended`);
    if (end !== undefined) throw end;
    try {
      return callInside(s, argsOf(s, words));
    } catch (error) {
      if (error instanceof CallFailed) error.message = `${nameOf(words)} fails: ${error.failure}`;
      else end = error;
      throw error;
    }
  };
  const { selected } = s;
  try {
    refusePromise(script(call, keys, argv));
  } catch (error) {
    // What it did before stays done, as on a server.
    if (error instanceof CallFailed) return error.failure;
    throw error;
  } finally {
    over = true;
    if (s.profile.release >= OWN_DATABASE_SINCE) s.select(selected);
  }
  if (end !== undefined) throw end;
  return undefined;
}

/** @throws Refusal for a script that goes on when nobody waits for it */
function refusePromise(result: unknown): void {
  if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') return;
  Promise.resolve(result).catch(() => undefined);
  throw new Refusal('runs a script that returns a promise: what it does has to be done when it returns');
}

/** From 2.8.12 on the database that a script selects is its own affair. */
const OWN_DATABASE_SINCE = 208;

function nameOf([name]: readonly unknown[]): string {
  return name instanceof Uint8Array ? latin1(name) : String(name);
}

const encoder: TextEncoder = /* @__PURE__ */ new TextEncoder();

/** @throws Refusal for what is no argument: a script that goes on from a reply that is not known is none to trust */
function bytesOf(word: unknown, name: string): Uint8Array {
  if (word instanceof Uint8Array) return word;
  if (typeof word === 'string' || typeof word === 'number' || typeof word === 'bigint') {
    return encoder.encode(String(word));
  }
  throw new Refusal(`has a script that calls ${name} with ${describe(word)}, which is no argument`);
}

function argsOf(s: Session, words: readonly unknown[]): Args {
  const parts = words.map((word) => bytesOf(word, nameOf(words)));
  const args = new Args();
  args.readAs(s.profile);
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

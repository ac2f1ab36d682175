import type { Args } from '../../args.ts';
import type { Family } from '../../dispatch.ts';
import { type Outcome, Refusal } from '../../outcome.ts';
import type { Session } from '../../session.ts';
import { EVERY, FIRST } from '../../values/journal.ts';
import type { OpaqueValue } from '../../values/opaque.ts';
import { addOpaque, findOpaque, tooShort } from './carry.ts';

/** Commands after which a key depends on others: their commands are kept in one journal from then on. */
export const ties: Family = {
  'CMS.MERGE': (s, a) => merge(s, a, 'CMS', false),
  'TDIGEST.MERGE': (s, a) => merge(s, a, 'TDIGEST', true),
  'TS.CREATERULE': rule,
  'TS.DELETERULE': rule,
  'TS.MADD': addSamples,
};

/** `X.MERGE destination n source ..`. */
function merge(s: Session, a: Args, family: string, makes: boolean): Outcome {
  if (tooShort(a)) return 'SYNTAX';
  const count = a.int(2);
  if (typeof count !== 'number' || count < 1 || 3 + count > a.count) return 'SYNTAX';
  const found = findOpaque(s, a, 1, family);
  if (typeof found === 'string') return found;
  if (found === undefined && !makes) return 'NO_KEY';
  const values: (OpaqueValue | undefined)[] = [undefined, found, undefined];
  for (let i = 3; i < 3 + count; i++) {
    const source = findOpaque(s, a, i, family);
    if (source === undefined) return 'NO_KEY';
    if (typeof source === 'string') return source;
    values.push(source);
  }
  const value = found ?? addOpaque(s, a, 1, family);
  values[1] = value;
  for (const source of values) if (source !== undefined) value.tie(source);
  value.append(a.bytes, a.spans, everyArgument(a), values, FIRST);
  return undefined;
}

function everyArgument(a: Args): number[] {
  return Array.from({ length: a.count }, (_, i) => i);
}

/** Whatever is added to the source from here on may change the destination. */
function rule(s: Session, a: Args): Outcome {
  if (tooShort(a)) return 'SYNTAX';
  const source = findOpaque(s, a, 1, 'TS');
  const destination = findOpaque(s, a, 2, 'TS');
  if (typeof source === 'string') return source;
  if (typeof destination === 'string') return destination;
  if (source === undefined || destination === undefined) return 'NO_KEY';
  refuseRules(source);
  refuseRules(destination);
  source.tie(destination);
  source.append(a.bytes, a.spans, everyArgument(a), [undefined, source, destination], EVERY);
  return undefined;
}

/** Rules in a payload name keys, which the commands that are carried along may not find at their time. */
export function refuseRules(value: OpaqueValue): void {
  if (value.hasRules) throw new Refusal('changes a time series with compaction rules that an RDB holds');
}

/** Each sample for itself: those of keys that are not there fail, and the others do not. */
function addSamples(s: Session, a: Args): Outcome {
  if (tooShort(a) || a.count % 3 !== 1) return 'SYNTAX';
  for (let i = 1; i < a.count; i += 3) refuseClock(a, i + 1);
  let failure: Outcome;
  for (let i = 1; i < a.count; i += 3) {
    const value = findOpaque(s, a, i, 'TS');
    if (value === undefined) failure = 'NO_KEY';
    else if (typeof value === 'string') failure = value;
    else {
      refuseRules(value);
      value.append(a.bytes, a.spans, [0, i, i + 1, i + 2], [undefined, value]);
    }
  }
  return failure;
}

export function refuseClock(a: Args, i: number): void {
  if (a.is(i, '*')) throw new Refusal('takes its time from the clock of the server');
}

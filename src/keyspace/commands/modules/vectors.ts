import type { Args } from '../../args.ts';
import type { Family } from '../../dispatch.ts';
import { Spot } from '../../memory/index.ts';
import type { Outcome } from '../../outcome.ts';
import type { Session } from '../../session.ts';
import { addOpaque, findOpaque, tooShort } from './carry.ts';
import { mayGo } from './json.ts';

/** Commands on vector sets, which go with their last element. */
export const vectors: Family = { VADD: add, VREM: remove };

const FAMILY = 'V';

const scratch: Spot = /* @__PURE__ */ new Spot();

/** The argument that is the element: `VADD key [REDUCE d] (FP32 blob | VALUES n x ..) element ..`. */
function elementAt(a: Args): number | undefined {
  let i = 2;
  if (a.is(i, 'REDUCE')) i += 2;
  if (i >= a.count) return undefined;
  if (a.is(i, 'FP32')) i += 2;
  else if (a.is(i, 'VALUES') && i + 1 < a.count) {
    const count = a.int(i + 1);
    if (typeof count !== 'number' || count < 1) return undefined;
    i += 2 + count;
  } else return undefined;
  return i < a.count ? i : undefined;
}

function add(s: Session, a: Args): Outcome {
  const element = tooShort(a) ? undefined : elementAt(a);
  if (element === undefined) return 'SYNTAX';
  const found = findOpaque(s, a, 1, FAMILY);
  if (typeof found === 'string') return found;
  const value = found ?? addOpaque(s, a, 1, FAMILY);
  // Asked for every time, as it reads what a payload holds the first time.
  value.elements?.put(a.bytes, a.start(element), a.end(element), 0, scratch);
  value.add(a.bytes, a.spans, a.count);
  value.unsure = false;
  return undefined;
}

function remove(s: Session, a: Args): Outcome {
  if (a.count !== 3) return 'SYNTAX';
  const value = findOpaque(s, a, 1, FAMILY);
  if (value === undefined || typeof value === 'string') return value;
  const { elements } = value;
  if (elements === undefined) {
    mayGo(s, a, value);
    value.add(a.bytes, a.spans, a.count);
    value.unsure = true;
  } else if (elements.remove(a.bytes, a.start(2), a.end(2))) {
    if (elements.size === 0) s.db.delete(a.bytes, a.start(1), a.end(1));
    else value.add(a.bytes, a.spans, a.count);
  }
  return undefined;
}

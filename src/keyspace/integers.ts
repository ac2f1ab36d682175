import type { Args } from './args.ts';
import { parseInt64 } from './numbers/integer.ts';
import type { Profile } from './profile.ts';
import type { Session } from './session.ts';

/** From here on numbers are canonical; before that they are what C's strtoll takes. */
const STRICT_SINCE = 302;

/** Whether a server reads integers with C's strtoll. */
export function readsLoosely(profile: Profile): boolean {
  return profile.release < STRICT_SINCE;
}

/** An argument that is an integer of 64 bits, as the server of the log reads it; undefined for what is none. */
export function intArgument(s: Session, a: Args, i: number): number | bigint | undefined {
  return parseInt64(a.bytes, a.start(i), a.end(i), s.profile.release < STRICT_SINCE);
}

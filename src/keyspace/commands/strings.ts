import type { Family } from '../dispatch.ts';
import { editing } from './strings/edit.ts';
import { setting } from './strings/set.ts';
import { taking } from './strings/take.ts';

/** Strings. A new string takes the time of its key away, a change leaves it. */
export const strings: Family = { ...setting, ...editing, ...taking };

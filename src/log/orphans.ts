import type { ScanGroup } from '../rdb/index.ts';
import type { LogContext } from './context.ts';
import { createGroup, writeClaims, writeNacked } from './group.ts';
import { compareIds, isPendingZero, type LiveIds, shortId } from './ids.ts';
import { EMPTY, ENTRIESADDED, MAXLEN, XADD, XSETID, XTRIM, ZERO } from './words.ts';

/** Pending entries of a stream whose stream entries are gone. */
export interface Orphans {
  /** Ids that can be made pending, ascending, each once. */
  all: string[];
  /** The groups that have such. */
  groups: ReadonlySet<ScanGroup>;
  /** All ids that are gone, also those that cannot be made pending. */
  ids: ReadonlySet<string>;
}

/**
 * Looks for them, where the target makes only those pending that are there.
 *
 * Of a stream of more than two million entries it is not known of the older ones which are there; pending ones among
 * them are taken to be, and XCLAIM passes over those that are not.
 *
 * @param holding whether something may still come before the entries
 */
export function findOrphans(c: LogContext, groups: readonly ScanGroup[], live: LiveIds, holding: boolean): Orphans {
  const ids = new Set<string>();
  const having = new Set<ScanGroup>();
  let lost = 0;
  if (c.target.claimsOnlyLive) {
    for (const group of groups) {
      const { pending } = group;
      for (let i = 0; i < pending.length; i++) {
        // Nobody's entries are lost anyway where there is no XNACK.
        if (live.hasPending(pending, i) !== false || (pending.consumer(i) < 0 && !c.target.xnack)) continue;
        const id = pending.id(i);
        ids.add(id);
        if (holding && id !== '0-0') having.add(group);
        else lost++;
      }
    }
  }
  if (lost > 0) c.lose('pending', `${lost} pending entries whose stream entries are gone`);
  const all = holding ? [...ids].filter((id) => id !== '0-0').sort(compareIds) : [];
  return { all, groups: having, ids };
}

/** Adds entries that are to be trimmed once they are pending: trimming is the one way to remove entries without a trace. */
export function addOrphans(c: LogContext, ids: readonly string[]): void {
  const { out } = c;
  for (const id of ids) {
    c.command(XADD);
    out.text(shortId(id));
    out.word(EMPTY);
    out.word(EMPTY);
    out.end();
  }
}

/** Trims them, so that only the last entries stay. */
export function trimOrphans(c: LogContext, left: number): void {
  c.command(XTRIM);
  c.out.word(MAXLEN);
  c.out.integer(left);
  c.out.end();
}

/**
 * Makes them pending in a stream that is still empty, where some of them are behind its first entry: they are added,
 * claimed, and trimmed, and the stream is set back to where any id may follow.
 *
 * @param entriesAdded what the stream will say in the end
 * @returns what it says then
 */
export function writeOrphans(
  c: LogContext,
  groups: readonly ScanGroup[],
  orphans: Orphans,
  entriesAdded: number | bigint,
): number | bigint {
  const { out } = c;
  addOrphans(c, orphans.all);
  const early = c.target.clampsEntriesRead && entriesAdded > orphans.all.length;
  if (early) {
    c.command(XSETID);
    out.text(shortId(orphans.all.at(-1)!));
    out.word(ENTRIESADDED);
    out.integer(entriesAdded);
    out.end();
  }
  for (const group of groups) {
    if (!orphans.groups.has(group)) continue;
    createGroup(c, group, false);
    writeClaims(c, group, (i) => orphans.ids.has(group.pending.id(i)) && !isPendingZero(group.pending, i));
    writeNacked(c, group, (id) => orphans.ids.has(id) && id !== '0-0');
  }
  trimOrphans(c, 0);
  c.command(XSETID);
  out.word(ZERO);
  out.end();
  return early ? entriesAdded : orphans.all.length;
}

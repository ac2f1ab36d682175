import type { StreamIdmp } from '../rdb/index.ts';
import type { LogContext } from './context.ts';
import { idHalves, type LiveIds, shortId } from './ids.ts';
import { IDMP_DURATION, IDMP_MAXSIZE, XCFGSET, XIDMPRECORD } from './words.ts';

/** What streams begin with (redis: src/config.c, stream-idmp-duration and stream-idmp-maxsize). */
const DURATION = 100;
const ENTRIES = 100;

/** Whether it is more than what every stream begins with. */
export function saysAnything(idmp: StreamIdmp<Uint8Array<ArrayBuffer>>): boolean {
  const { duration, maxEntries, producers } = idmp;
  return duration !== DURATION || maxEntries !== ENTRIES || producers.some(({ entries }) => entries.length > 0);
}

/**
 * What a stream remembers to recognise repeated additions: `XCFGSET` for its limits, `XIDMPRECORD` for each addition
 * whose entry is still there. No command sets its statistics, nor additions whose entries are gone.
 */
export function writeIdmp(c: LogContext, idmp: StreamIdmp<Uint8Array<ArrayBuffer>>, live: LiveIds): void {
  const { out } = c;
  if (idmp.duration !== DURATION || idmp.maxEntries !== ENTRIES) {
    c.command(XCFGSET);
    if (idmp.duration !== DURATION) {
      out.word(IDMP_DURATION);
      out.integer(idmp.duration);
    }
    if (idmp.maxEntries !== ENTRIES) {
      out.word(IDMP_MAXSIZE);
      out.integer(idmp.maxEntries);
    }
    out.end();
  }
  for (const { id: producer, entries } of idmp.producers) {
    for (const { iid, id } of entries) {
      if (live.has(...idHalves(id)) === false) {
        c.lose('idmp', 'what recognises repeated additions of entries that are gone');
        continue;
      }
      if (!c.target.idmpRecord) {
        c.lose('idmp', 'what recognises repeated additions to a stream');
        return;
      }
      c.command(XIDMPRECORD);
      out.argument(producer, 0, producer.length);
      out.argument(iid, 0, iid.length);
      out.text(shortId(id));
      out.end();
    }
  }
}

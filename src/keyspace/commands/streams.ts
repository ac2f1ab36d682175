import type { Family } from '../dispatch.ts';
import { xadd } from './streams/add.ts';
import { xautoclaim, xclaim, xnack } from './streams/claim.ts';
import { xackdel, xdel, xdelex, xsetid } from './streams/delete.ts';
import { xack, xgroup } from './streams/groups.ts';
import { xcfgset, xidmprecord } from './streams/idmp.ts';
import { xreadgroup } from './streams/read.ts';
import { xtrim } from './streams/trim.ts';

/** Streams. */
export const streams: Family = {
  XADD: xadd,
  XTRIM: xtrim,
  XDEL: xdel,
  XDELEX: xdelex,
  XACKDEL: xackdel,
  XSETID: xsetid,
  XGROUP: xgroup,
  XACK: xack,
  XCLAIM: xclaim,
  XAUTOCLAIM: xautoclaim,
  XNACK: xnack,
  XREADGROUP: xreadgroup,
  XCFGSET: xcfgset,
  XIDMPRECORD: xidmprecord,
};

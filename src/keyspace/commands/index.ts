import type { Family } from '../dispatch.ts';
import { arrays } from './arrays.ts';
import { bitmaps } from './bitmaps.ts';
import { functions } from './functions.ts';
import { generic } from './generic.ts';
import { geo } from './geo.ts';
import { hashes } from './hashes.ts';
import { hyperloglogs } from './hyperloglogs.ts';
import { lists } from './lists.ts';
import { modules } from './modules.ts';
import { scripts } from './scripts.ts';
import { server } from './server.ts';
import { sets } from './sets.ts';
import { slots } from './slots.ts';
import { sort } from './sort.ts';
import { streams } from './streams.ts';
import { strings } from './strings.ts';
import { zsets } from './zsets.ts';

/** All commands that change a dataset, family by family. */
export const FAMILIES: readonly Family[] = [
  server,
  generic,
  slots,
  strings,
  bitmaps,
  hyperloglogs,
  lists,
  sets,
  zsets,
  geo,
  hashes,
  streams,
  arrays,
  sort,
  functions,
  scripts,
  modules,
];

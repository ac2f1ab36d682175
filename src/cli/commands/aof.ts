import type { Command } from 'commander';
import { addAofCat } from './aof-cat.ts';
import { addAofCheck } from './aof-check.ts';
import { addAofFix } from './aof-fix.ts';
import { addAofStats } from './aof-stats.ts';
import { addAofTruncate } from './aof-truncate.ts';

/** `aof`: what concerns append-only files. */
export function addAof(root: Command): void {
  const group = root
    .command('aof')
    .description('check, repair and look into append-only files')
    .helpCommand(false)
    .exitOverride();
  for (const add of [addAofCheck, addAofFix, addAofCat, addAofTruncate, addAofStats]) add(group);
}

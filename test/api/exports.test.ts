/** What the two entries export at run time: neither less nor more. */
import { describe, expect, it } from 'vitest';
import * as index from '../../src/index.ts';
import * as node from '../../src/node.ts';

const PORTABLE = [
  'writeAof',
  'rewriteAof',
  'replayAof',
  'replay',
  'readAofSet',
  'readAof',
  'parseManifest',
  'keysOf',
  'keyPositions',
  'isWrite',
  'formatManifest',
  'findCommand',
  'commandInfo',
  'arityFits',
  'AofParser',
  'AofEncoder',
  'CommandBuilder',
  'KEY_TYPES',
  'KeyFilter',
  'RdbParser',
  'RdbWriter',
  'RedisFileError',
  'TARGETS',
  'changeTtl',
  'compileGlob',
  'decodeDump',
  'decodeFunctions',
  'encodeCommand',
  'encodeDump',
  'encodeFunctions',
  'filterKeys',
  'hashSlot',
  'mapDb',
  'pipe',
  'readRdb',
  'renameKeys',
  'renamePrefix',
  'toCommands',
  'writeRdb',
];
const PATHS = [
  'AofWriter',
  'readAofFile',
  'readAofDir',
  'openDataDir',
  'readRdbFile',
  'rewriteAofDir',
  'writeFileAtomic',
];

describe('exports', () => {
  it('are these in any runtime', () => {
    expect(Object.keys(index).sort()).toEqual([...PORTABLE].sort());
  });

  it('are these and paths in Node', () => {
    expect(Object.keys(node).sort()).toEqual([...PORTABLE, ...PATHS].sort());
  });

  it('are the same things in both', () => {
    // Those of Node have a place for what is too large for memory.
    const { writeRdb, writeAof, ...same } = index;
    expect(node).toMatchObject(same);
    expect([node.writeRdb, node.writeAof].map(({ length }) => length)).toEqual([writeRdb.length, writeAof.length]);
    expect(node.readRdb).toBe(index.readRdb);
    expect(node.RedisFileError).toBe(index.RedisFileError);
  });
});

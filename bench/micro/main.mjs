/**
 * What runs in a process of its own, so that no case meets code that another one has shaped:
 *
 *     node main.mjs          lists the cases, as JSON
 *     node main.mjs NAME     times one, and writes its result as JSON
 */
import { CRC64 } from './crc64.mjs';
import { JSON_STRINGS } from './json.mjs';
import { LISTPACK } from './listpack.mjs';
import { LOG } from './log.mjs';
import { LZF } from './lzf.mjs';
import { RECORDS } from './records.mjs';
import { timeCase } from './time.mjs';

/** @import { Case } from './time.mjs' */

/** @type {readonly Case[]} */
const CASES = [...CRC64, ...LZF, ...LISTPACK, ...JSON_STRINGS, ...RECORDS, ...LOG];

const name = process.argv[2];
if (name === undefined) {
  console.log(JSON.stringify(CASES.map(({ name, what, unit }) => ({ name, what, unit }))));
} else {
  const found = CASES.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no micro-benchmark is called ${name}`);
  console.log(JSON.stringify(await timeCase(found)));
}

/**
 * Appends to a log until it is killed, and says on standard output what was acknowledged: path, policy, how many appends it
 * rotates after.
 */
import { writeSync } from 'node:fs';
import { AofWriter } from '../../src/node.ts';

const [path = '', appendfsync, rotation] = process.argv.slice(2);
const writer = await AofWriter.open(path, { appendfsync: appendfsync as 'always', timestamps: true, multiPart: true });
for (let i = 0; ; i++) {
  const value = `${i}-${'x'.repeat((i * 97) % 3000)}`;
  const one = { db: i % 3, argv: ['SET', `key ${i}`, value] };
  await (i % 4 === 0 ? writer.multi([one, { db: i % 2, argv: ['SET', `other ${i}`, value] }]) : writer.append(one));
  writeSync(1, `${i}\n`);
  if (i % Number(rotation) === Number(rotation) - 1) await writer.rotate();
}

/** Reads all commands of an append-only file with the built library: `node read-log.mjs batches|records FILE`. */
import { readAofFile } from '../dist/node.js';

const [way, path = ''] = process.argv.slice(2);
let commands = 0;
let args = 0;

if (way === 'batches') {
  for await (const batch of readAofFile(path).batches()) {
    for (const record of batch) {
      if (record.kind !== 'command') continue;
      commands++;
      args += record.argv.length;
    }
  }
} else {
  for await (const record of readAofFile(path)) {
    if (record.kind !== 'command') continue;
    commands++;
    args += record.argv.length;
  }
}

console.log(`${commands} commands, ${args} arguments`);

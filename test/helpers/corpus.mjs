/**
 * From what a server says it holds (the form of `../shared/corpus`, see its README) to what is expected of a reader.
 * Every string holds one character per byte. Nothing here looks into an RDB file.
 */
import { createHash } from 'node:crypto';

/** Longer texts are kept as their length and SHA-256. */
const LONG = 4096;

export function textOrHash(text) {
  if (text.length <= LONG) return text;
  return { length: text.length, sha256: createHash('sha256').update(Buffer.from(text, 'latin1')).digest('hex') };
}

const byFirst = (a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0);

function check(condition, message) {
  if (!condition) throw new Error(message);
}

/** Alternating names and values of a RESP2 map to an object. */
function toObject(list) {
  const object = {};
  for (let i = 0; i < list.length; i += 2) object[list[i]] = list[i + 1];
  return object;
}

/** What can stand in a file of this version for a value that the server holds in this encoding. */
function encodings(type, live, rdb, value) {
  switch (type) {
    case 'string': {
      const int = /^(0|-?[1-9][0-9]{0,9})$/.test(value) && BigInt.asIntN(32, BigInt(value)) === BigInt(value);
      return int ? ['int'] : value.length > 20 ? ['raw', 'lzf'] : ['raw'];
    }
    case 'list':
      return [rdb >= 7 ? 'quicklist' : rdb === 1 ? 'linkedlist' : live];
    case 'set':
    case 'hash':
      return [rdb === 1 ? 'hashtable' : live];
    case 'zset':
      return [rdb === 1 ? 'skiplist' : live];
    default:
      return [type === 'vectorset' ? 'module' : type];
  }
}

function group(list, rdb) {
  const from = toObject(list);
  const consumers = from.consumers.map((consumer) => {
    const { name, 'seen-time': seenTime, 'active-time': activeTime, pending } = toObject(consumer);
    const own = from.pending.filter((entry) => entry[1] === name).map(([id, , time, count]) => [id, time, count]);
    check(JSON.stringify(own) === JSON.stringify(pending), `pending entries of ${name} contradict those of the group`);
    return rdb >= 11 ? { name, seenTime, activeTime } : { name, seenTime };
  });
  const pending = from.pending.map(([id, consumer, deliveryTime, deliveryCount]) =>
    consumer === '' ? { id, deliveryTime, deliveryCount } : { id, consumer, deliveryTime, deliveryCount },
  );
  check(pending.length === from['pel-count'], 'pel-count');
  const group = { name: from.name, lastDeliveredId: from['last-delivered-id'] };
  if (rdb >= 10) group.entriesRead = from['entries-read'];
  group.pending = pending;
  if (from['nacked-count'] !== undefined) {
    group.nacked = pending.filter((entry) => entry.consumer === undefined).map((entry) => entry.id);
    check(group.nacked.length === from['nacked-count'], 'nacked-count');
  }
  group.consumers = consumers;
  return group;
}

function stream(value, info, rdb) {
  const from = toObject(info);
  const stream = {
    entries: value.map(([id, flat]) => {
      const fields = [];
      for (let i = 0; i < flat.length; i += 2) fields.push([flat[i], flat[i + 1]]);
      return { id, fields };
    }),
    length: from.length,
    lastId: from['last-generated-id'],
  };
  if (from.entries) check(JSON.stringify(from.entries) === JSON.stringify(value), 'XINFO and XRANGE differ');
  if (rdb >= 10) {
    stream.firstId = from['recorded-first-entry-id'];
    stream.maxDeletedId = from['max-deleted-entry-id'];
    stream.entriesAdded = from['entries-added'];
  }
  // XINFO STREAM of 5.0 tells only how many groups there are
  if (typeof from.groups === 'number') stream.groupCount = from.groups;
  else stream.groups = from.groups.map((list) => group(list, rdb)).sort((a, b) => byFirst([a.name], [b.name]));
  if (from['idmp-duration'] !== undefined) {
    stream.idmp = {
      duration: from['idmp-duration'],
      maxEntries: from['idmp-maxsize'],
      producerCount: from['pids-tracked'],
      entryCount: from['iids-tracked'],
      added: from['iids-added'],
      duplicates: from['iids-duplicates'],
    };
  }
  return stream;
}

/** One key as a server holds it, to what a reader must show for a file of RDB version `rdb`. */
export function expectedKey(from, rdb) {
  const { db, key, type, expiresAt, fieldExpiresAt } = from;
  const expected = { db, key, type: type === 'vectorset' ? 'module' : type };
  expected.encodings = encodings(type, from.encoding, rdb, from.value);
  if (expiresAt !== undefined) expected.expiresAt = expiresAt;
  switch (type) {
    case 'string':
      expected.value = textOrHash(from.value);
      break;
    case 'list':
      expected.value = from.value.map(textOrHash);
      break;
    case 'set':
      expected.value = [...from.value].sort();
      break;
    case 'zset':
      expected.value = [...from.value].sort(byFirst);
      break;
    case 'hash':
      expected.value = from.value.map(([field, value]) => [field, textOrHash(value)]).sort(byFirst);
      if (fieldExpiresAt !== undefined) expected.fieldExpiresAt = [...fieldExpiresAt].sort(byFirst);
      break;
    case 'stream':
      expected.value = stream(from.value, from.info, rdb);
      break;
    case 'array':
    case 'vectorset':
      expected.dump = from.dump;
      break;
    default:
      throw new Error(`type ${type}`);
  }
  return expected;
}

/** All of a corpus file. `header` is the first nine characters of the dump. */
export function expectedDataset(corpus, source, header) {
  const match = /^(REDIS|VALKEY)(\d+)$/.exec(header);
  check(match, `not a header: ${header}`);
  const family = match[1].toLowerCase();
  const version = Number(match[2]);
  // RDB 80 holds what 11 does, and field TTLs
  const rdb = family === 'valkey' ? 11 : version;
  const keys = corpus.keys.map((key) => expectedKey(key, rdb));
  keys.sort((a, b) => a.db - b.db || byFirst([a.key], [b.key]));
  return { source, family, version, functions: corpus.functions ?? [], keys };
}

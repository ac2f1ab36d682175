// @ts-check
/** What must hold in every runtime. Only the language and the interfaces of the web are used here. */
import { CheckError, holds, same, thrownBy } from './assert.mjs';
import { CORPUS, HAND } from './files.mjs';
import { fromServer, parseHand, showAsServer, showKey, showValue } from './show.mjs';

/**
 * @typedef {typeof import('../../src/index.ts')} Library
 * @typedef {import('./files.mjs').Files} Files
 * @typedef {import('../../src/index.ts').ByteSource} ByteSource
 * @typedef {Uint8Array<ArrayBuffer>} Bytes
 * @typedef {(name: string, body: () => unknown) => Promise<void>} Check
 */

/** A check that takes longer hangs. */
const HANGS = 20_000;

/** Checks with their results. */
export class Results {
  passed = 0;
  /** @type {string[]} */
  failures = [];
  #prefix;

  /** @param {string} prefix of the names of all checks */
  constructor(prefix) {
    this.#prefix = prefix;
  }

  /** @type {Check} */
  check = async (name, body) => {
    let timer;
    try {
      const hang = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new CheckError(`hangs, ${HANGS / 1000} s`)), HANGS);
      });
      await Promise.race([(async () => body())(), hang]);
      this.passed++;
    } catch (error) {
      const foreign = error instanceof Error && !(error instanceof CheckError);
      this.failures.push(`${this.#prefix}${name}: ${error}${foreign ? `\n${error.stack}` : ''}`);
    } finally {
      clearTimeout(timer);
    }
  };
}

/**
 * @param {Library} lib
 * @param {Files} files
 * @param {Check} check
 */
export async function runSuite(lib, files, check) {
  const suite = { lib, files, check, tour: get(files, 'tour/tour.rdb') };
  await readsFixtures(suite);
  await readsSources(suite);
  await unpacks(suite);
  await readsAsAsked(suite);
  await refusesDamage(suite);
  await endsEarly(suite);
  await transforms(suite);
}

/** @typedef {{ lib: Library, files: Files, check: Check, tour: Bytes }} Suite */

/** @param {Suite} suite */
async function readsFixtures({ lib, files, check, tour }) {
  for (const name of HAND) {
    const bytes = get(files, `hand/${name}.rdb`);
    const expected = parseHand(get(files, `hand/${name}.json`));
    /** @param {ByteSource} source */
    const shown = async (source) =>
      keysOf(await all(lib.readRdb(source, { strings: 'latin1' }))).map((key, i) => {
        const { encoding, ...rest } = showKey(key);
        // Left out where none is prescribed.
        return expected[i]?.['encoding'] === undefined ? rest : { encoding, ...rest };
      });
    await check(`reads ${name}`, async () => same(await shown(bytes), expected));
    await check(`reads ${name} byte by byte`, async () => same(await shown(pieces(bytes, 1)), expected));
  }
  /** @type {[string, Bytes, any][]} */
  const dumps = [['tour', tour, JSON.parse(text(get(files, 'tour/tour.expected.json')))]];
  for (const name of CORPUS) {
    const expected = await converted(get(files, `corpus/${name}.expected.json.gz`), new DecompressionStream('gzip'));
    dumps.push([name, get(files, `corpus/${name}.rdb`), JSON.parse(text(expected))]);
  }
  for (const [name, bytes, expected] of dumps) {
    await check(`reads ${name} as its server does`, async () => compareDataset(lib, bytes, expected));
  }
}

/**
 * @param {Library} lib
 * @param {Bytes} bytes
 * @param {any} expected what the server says
 */
async function compareDataset(lib, bytes, expected) {
  const records = await all(lib.readRdb(bytes, { strings: 'latin1' }));
  const last = records.at(-1);
  holds(last?.kind === 'eof' && last.checksum === 'verified', 'the checksum is verified');
  same(
    records.filter((record) => record.kind === 'warning'),
    [],
    'warnings',
  );
  same(
    records.flatMap((record) => (record.kind === 'function' ? [record.code] : [])),
    expected.functions,
    'functions',
  );
  const name = (/** @type {any} */ { db, key }) => `db ${db}, key ${JSON.stringify(key)}`;
  const keys = new Map(keysOf(records).map((key) => [name(key), key]));
  same([...keys.keys()].sort(), expected.keys.map(name).sort(), 'keys');
  for (const one of expected.keys) {
    const key = keys.get(name(one));
    holds(key?.encoding !== undefined && one.encodings.includes(key.encoding), `${name(one)} is ${one.encodings}`);
    same(await showAsServer(key), fromServer(one), name(one));
    if (one.dump === undefined) continue;
    const payload = Uint8Array.from(atob(one.dump), (character) => character.charCodeAt(0));
    same(showValue(key), showValue(lib.decodeDump(payload, { strings: 'latin1' })), name(one));
  }
}

/** @param {Suite} suite */
async function readsSources({ lib, files, check, tour }) {
  const bytes = get(files, 'corpus/redis-8.8.rdb');
  const expected = await all(lib.readRdb(bytes, { strings: 'latin1' }));
  /** @type {[string, () => ByteSource][]} */
  const sources = [
    ['a Blob', () => new Blob([bytes])],
    ['a stream of the web', () => new Blob([bytes]).stream()],
    ['a stream that is pulled', () => webStream(pieces(bytes, 1000))],
    ['an array of chunks', () => pieces(bytes, 4099)],
    ['an async generator', () => generator(pieces(bytes, 65_536))],
    ['a view into a larger array', () => joined([new Uint8Array(3), bytes, new Uint8Array(5)]).subarray(3, -5)],
  ];
  for (const [name, source] of sources) {
    await check(`reads ${name}`, async () => same(await all(lib.readRdb(source(), { strings: 'latin1' })), expected));
  }
  await check('reads in batches', async () => {
    const batches = await all(lib.readRdb(bytes, { strings: 'latin1' }).batches());
    holds(batches.length > 1 && batches.every((batch) => batch.length > 0), 'batches of at least one');
    same(batches.flat(), expected);
  });
  await check('pushes byte by byte', async () => {
    const parser = new lib.RdbParser({ strings: 'latin1' });
    const records = pieces(tour, 1).flatMap((piece) => parser.push(piece));
    records.push(...parser.end());
    same(records, await all(lib.readRdb(tour, { strings: 'latin1' })));
    same([parser.done, parser.offset, parser.rest().length], [true, tour.length, 0]);
  });
  await check('refuses what is no source', async () => {
    // @ts-expect-error
    fails(lib, await thrownBy(() => lib.readRdb('dump.rdb')), 'INVALID_ARGUMENT');
  });
}

/** @param {Suite} suite */
async function unpacks({ lib, files, check, tour }) {
  const bytes = get(files, 'corpus/valkey-9.0.4.rdb');
  const packed = await gzip(bytes);
  const read = (/** @type {ByteSource} */ source) => all(lib.readRdb(source, { strings: 'latin1' }));
  await check('unpacks gzip, whole and in pieces', async () => {
    const expected = await read(bytes);
    same(await read(packed), expected);
    same(await read(pieces(packed, 777)), expected);
    same(await read(webStream(pieces(packed, 10_000))), expected);
  });
  await check('unpacks gzip byte by byte', async () => same(await read(pieces(await gzip(tour), 1)), await read(tour)));
  await check('unpacks zstd', async () => same(await read(zstd(tour)), await read(tour)));
  for (const at of [5, 30, packed.length >> 1, packed.length - 9, packed.length - 1]) {
    await check(`tells that gzip ends too early, at ${at}`, async () => {
      fails(lib, await thrownBy(() => read(packed.subarray(0, at))), 'UNEXPECTED_EOF');
    });
  }
  await check('tells that gzip is damaged', async () => {
    const readFlipped = (/** @type {number} */ at) => thrownBy(() => read(pieces(flipped(packed, at), 5000)));
    // Its checksum.
    fails(lib, await readFlipped(packed.length - 6), 'COMPRESSION_CORRUPT');
    // Its length, which not every runtime can tell from a file that ends too early; and its middle, where it depends on
    // the packer what comes to light first.
    for (const at of [packed.length - 2, packed.length >> 1]) {
      const error = await readFlipped(at);
      holds(lib.RedisFileError.is(error), String(error));
    }
  });
  await check('unpacks or refuses gzip of two members', async () => {
    const halves = [bytes.subarray(0, 150_000), bytes.subarray(150_000)];
    const members = joined(await Promise.all(halves.map(gzip)));
    const records = await read(members).catch((error) => fails(lib, error, 'COMPRESSION_CORRUPT'));
    if (records !== undefined) same(records, await read(bytes));
  });
  await check('tells of what stands behind gzip', async () => {
    const error = await thrownBy(() => read(joined([packed, new Uint8Array([1, 2, 3, 4])])));
    fails(lib, error, 'COMPRESSION_CORRUPT');
  });
  await check('gives what came before gzip ends too early', async () => {
    let keys = 0;
    const cut = pieces(packed.subarray(0, -packed.length >> 1), 1000);
    await thrownBy(async () => {
      for await (const record of lib.readRdb(cut)) if (record.kind === 'key') keys++;
    });
    holds(keys > 10, `${keys} keys are more than 10`);
  });
}

/** @param {Suite} suite */
async function readsAsAsked({ lib, files, check, tour }) {
  const bytes = get(files, 'corpus/redis-8.8.rdb');
  await check('gives text as utf8, latin1 and bytes', async () => {
    const utf8 = await all(lib.readRdb(tour, { strings: 'utf8' }));
    const latin1 = await all(lib.readRdb(tour, { strings: 'latin1' }));
    const raw = await all(lib.readRdb(tour));
    const value = (/** @type {any[]} */ records, /** @type {string | Bytes} */ name) =>
      records.find(({ kind, key }) => kind === 'key' && `${key}` === `${name}`)?.value;
    same(value(utf8, 'greeting'), 'hello, wörld');
    same(value(latin1, 'greeting'), 'hello, w\xc3\xb6rld');
    same(value(latin1, 'binary\xff\0key'), '\x89PNG\r\n');
    same(value(raw, ascii('greeting')), new TextEncoder().encode('hello, wörld'));
  });
  await check('gives bytes that are owned, or views', async () => {
    for (const views of [false, true]) {
      for await (const record of lib.readRdb(tour, { views })) {
        if (record.kind === 'key' && record.encoding === 'raw') same(record.key.buffer === tour.buffer, views);
      }
    }
  });
  await check('reads at every level', async () => {
    const expected = keysOf(await all(lib.readRdb(bytes, { strings: 'latin1' }))).map(({ key }) => key);
    for (const values of /** @type {const} */ (['skip', 'raw', 'structure', 'data'])) {
      const records = await all(lib.readRdb(pieces(bytes, 10_000), { values, strings: 'latin1' }));
      same(
        keysOf(records).map(({ key }) => key),
        expected,
        values,
      );
      const last = records.at(-1);
      holds(last?.kind === 'eof' && last.checksum === 'verified', `the checksum is verified at ${values}`);
    }
  });
  await check('gives large values in pieces', async () => {
    let items = 0;
    for await (const record of lib.readRdb(bytes, { large: 'pieces', maxValueBytes: 1000, strings: 'latin1' })) {
      if (record.kind === 'keyItems' && record.key === 'list:5k' && Array.isArray(record.value)) {
        items += record.value.length;
      }
    }
    same(items, 5000);
    fails(lib, await thrownBy(() => all(lib.readRdb(bytes, { maxValueBytes: 1000 }))), 'LIMIT_EXCEEDED');
  });
  await check('tells its progress', async () => {
    let last;
    const onProgress = (/** @type {import('../../src/index.ts').Progress} */ progress) => {
      last = progress;
    };
    const records = await all(lib.readRdb(new Blob([tour]), { onProgress }));
    same(last, { bytes: tour.length, total: tour.length, records: records.length });
  });
  await check('hands out what follows the end', async () => {
    /** @type {number[]} */
    const rest = [];
    const onTrailing = (/** @type {Bytes} */ piece) => rest.push(...piece);
    await all(lib.readRdb(joined([tour, ascii('*1\r\n')]), { onTrailing }));
    same(rest, [...ascii('*1\r\n')]);
  });
}

/** @param {Suite} suite */
async function refusesDamage({ lib, files, check, tour }) {
  await check('tells that a file ends too early, wherever', async () => {
    for (let end = 0; end < tour.length; end++) {
      const error = await thrownBy(() => all(lib.readRdb(tour.subarray(0, end))));
      fails(lib, error, 'UNEXPECTED_EOF');
      same(error.offset, end, 'offset');
    }
  });
  await check('tells that bytes were flipped', async () => {
    const value = latin1(tour).indexOf('a key of database 3');
    for (const at of [value, tour.length - 1]) {
      fails(lib, await thrownBy(() => all(lib.readRdb(flipped(tour, at)))), 'CHECKSUM_MISMATCH');
      same((await all(lib.readRdb(flipped(tour, at), { checksum: 'ignore' }))).at(-1)?.kind, 'eof');
    }
  });
  await check('tells that a long file was flipped', async () => {
    const bytes = get(files, 'corpus/redis-8.8.rdb');
    fails(lib, await thrownBy(() => all(lib.readRdb(flipped(bytes, bytes.length - 1)))), 'CHECKSUM_MISMATCH');
  });
  await check('tells where the damage is', async () => {
    const damaged = tour.slice();
    damaged[latin1(tour).indexOf('\x00\x07counter')] = 200;
    const error = await thrownBy(() => all(lib.readRdb(damaged, { file: 'a.rdb' })));
    fails(lib, error, 'UNKNOWN_OPCODE');
    same([error.context.file, error.context.db], ['a.rdb', 0]);
  });
  await check('stops before damage where it is asked to', async () => {
    const records = await all(lib.readRdb(tour.subarray(0, 300), { onError: 'stop' }));
    const last = records.at(-1);
    holds(last?.kind === 'warning' && last.error?.code === 'UNEXPECTED_EOF', 'the last record tells the damage');
  });
}

/** @param {Suite} suite */
async function endsEarly({ lib, files, check, tour }) {
  const chunks = pieces(get(files, 'corpus/redis-8.8.rdb'), 65_536);
  await check('closes its source when it is left', async () => {
    let closed = 0;
    for await (const _ of lib.readRdb(generator(chunks, () => closed++))) break;
    for await (const _ of lib.readRdb(generator(chunks, () => closed++)).batches()) break;
    for await (const _ of lib.readRdb(webStream(chunks, () => closed++))) break;
    same(closed, 3);
  });
  await check('closes a packed source when it is left', async () => {
    let closed = 0;
    const packed = pieces(await gzip(joined(chunks)), 1000);
    for await (const _ of lib.readRdb(webStream(packed, () => closed++))) break;
    same(closed, 1);
  });
  await check('lets errors of its source through', async () => {
    const mine = new Error('mine');
    const failing = async function* () {
      yield tour.subarray(0, 100);
      throw mine;
    };
    holds((await thrownBy(() => all(lib.readRdb(failing())))) === mine, 'the error is the same');
    const stream = new ReadableStream({ start: (controller) => controller.error(mine) });
    holds((await thrownBy(() => all(lib.readRdb(stream)))) === mine, 'the error of a stream is the same');
  });
  await check('ends by a signal, also while its source is silent', async () => {
    const mine = new Error('mine');
    holds((await thrownBy(() => all(lib.readRdb(tour, { signal: AbortSignal.abort(mine) })))) === mine, 'at once');
    for (const source of [silent(tour.subarray(0, 100)), silentStream(tour.subarray(0, 100))]) {
      const controller = new AbortController();
      const reading = thrownBy(() => all(lib.readRdb(source.source, { signal: controller.signal })));
      setTimeout(() => controller.abort(mine), 10);
      holds((await reading) === mine, 'the reason is thrown');
      await new Promise((resolve) => setTimeout(resolve, 0));
      same(source.closed(), 1, 'sources closed');
    }
    const { source } = silent(tour.subarray(0, 100));
    const error = await thrownBy(() => all(lib.readRdb(source, { signal: AbortSignal.timeout(10) })));
    same(error.name, 'TimeoutError');
  });
}

/** @param {Suite} suite */
async function transforms({ lib, files, check, tour }) {
  const names = (/** @type {import('../../src/index.ts').FilterKeysOptions} */ filter) =>
    all(
      lib.pipe(lib.readRdb(tour, { strings: 'utf8' }), lib.filterKeys(filter), (batch) =>
        batch.flatMap((record) => (record.kind === 'key' ? [record.key] : [])),
      ),
    );
  await check('pipes through filters', async () => {
    same(await names({ types: ['set'] }), ['primes', 'tags']);
    same(await names({ keys: '*s*:*' }), ['user:7', 'session:9f2c']);
    same(await names({ limit: 2 }), ['queue', 'primes']);
    same(await names({ dbs: [3] }), ['other']);
  });
  await check('makes commands', async () => {
    const records = lib.pipe(lib.readRdb(tour), lib.filterKeys({ types: ['list', 'hash', 'zset'] }));
    const commands = await all(lib.toCommands(records, { target: 'redis:6.2', onLoss: () => undefined }));
    same(
      commands.map(({ db, argv }) => [db, ...argv.map(text)]),
      [
        [0, 'RPUSH', 'queue', 'first', 'second', 'third'],
        [0, 'HSET', 'user:7', 'name', 'Ada', 'born', '1815', 'city', 'London'],
        [0, 'ZADD', 'scores', '1.5', 'anna', '2.5', 'bert', 'inf', 'carla'],
      ],
    );
    const encoded = '*5\r\n$5\r\nRPUSH\r\n$5\r\nqueue\r\n$5\r\nfirst\r\n$6\r\nsecond\r\n$5\r\nthird\r\n';
    same(lib.encodeCommand(commands[0].argv), ascii(encoded));
  });
  await check('makes commands that restore', async () => {
    const bytes = get(files, 'corpus/valkey-9.0.4.rdb');
    const commands = await all(lib.toCommands(lib.readRdb(bytes, { values: 'raw' }), { mode: 'restore' }));
    const restored = commands.filter(({ argv }) => text(argv[0]) === 'RESTORE');
    const keys = keysOf(await all(lib.readRdb(bytes, { strings: 'latin1' })));
    same(restored.length, keys.length);
    // Made of what is stored, each with a checksum of its own.
    restored.forEach(({ argv }, i) => {
      const { value, checksum } = lib.decodeDump(argv[3], { strings: 'latin1' });
      same([checksum, value], ['verified', keys[i].value], keys[i].key);
    });
  });
  await check('decodes payloads', async () => {
    const payload = new Uint8Array([0, 5, 104, 101, 108, 108, 111, 14, 0, 0x11, 0x29, 7, 9, 0x36, 7, 0x34, 0x7b]);
    const { type, value, version, checksum } = lib.decodeDump(payload, { strings: 'utf8' });
    same([type, value, version, checksum], ['string', 'hello', 14, 'verified']);
    fails(lib, await thrownBy(() => lib.decodeDump(flipped(payload, 3))), 'CHECKSUM_MISMATCH');
    fails(lib, await thrownBy(() => lib.decodeDump(payload.subarray(0, 4))), 'UNEXPECTED_EOF');
    same(lib.decodeFunctions(new Uint8Array([10, 0, 0, 0, 0, 0, 0, 0, 0, 0])), []);
  });
  await check('knows slots and globs', () => {
    // From the specification of Redis Cluster and its documentation of KEYS.
    const slots = ['123456789', 'user1000', '{user1000}.following'].map((key) => lib.hashSlot(ascii(key)));
    same(slots, [0x31c3, 3443, 3443]);
    const glob = lib.compileGlob('h[^e]ll?*');
    same(
      ['hallo', 'hello', 'hall'].map((key) => glob(ascii(key), 0, key.length)),
      [true, false, false],
    );
  });
}

/**
 * @param {Library} lib
 * @param {any} error
 * @param {import('../../src/index.ts').ErrorCode} code
 */
function fails(lib, error, code) {
  if (!lib.RedisFileError.is(error)) throw error;
  same(error.code, code, String(error));
  holds(error instanceof lib.RedisFileError && error instanceof Error && error.name === 'RedisFileError', 'its class');
}

/**
 * @param {Files} files
 * @param {string} path
 */
function get(files, path) {
  const bytes = files.get(path);
  holds(bytes, `there is ${path}`);
  return bytes;
}

/**
 * @template T
 * @param {AsyncIterable<T>} items
 * @returns {Promise<T[]>}
 */
async function all(items) {
  const list = [];
  for await (const item of items) list.push(item);
  return list;
}

/**
 * @template {{ kind: string }} R
 * @param {R[]} records
 */
function keysOf(records) {
  return /** @type {Extract<R, { kind: 'key' }>[]} */ (records.filter(({ kind }) => kind === 'key'));
}

/**
 * @param {Bytes} bytes
 * @param {number} size
 */
function pieces(bytes, size) {
  const list = [];
  for (let at = 0; at < bytes.length; at += size) list.push(bytes.subarray(at, at + size));
  return list;
}

/** @param {Bytes[]} list */
function joined(list) {
  const bytes = new Uint8Array(list.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of list) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/**
 * @param {Bytes} bytes
 * @param {number} at
 */
function flipped(bytes, at) {
  const copy = bytes.slice();
  copy[at] ^= 1;
  return copy;
}

const text = (/** @type {Uint8Array} */ bytes) => new TextDecoder().decode(bytes);
const ascii = (/** @type {string} */ characters) => new TextEncoder().encode(characters);
const latin1 = (/** @type {Uint8Array} */ bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

/**
 * @param {Bytes[]} chunks
 * @param {() => void} [onClose]
 */
async function* generator(chunks, onClose) {
  try {
    yield* chunks;
  } finally {
    onClose?.();
  }
}

/**
 * @param {Bytes[]} chunks
 * @param {() => void} [onCancel]
 * @returns {ReadableStream<Bytes>}
 */
function webStream(chunks, onCancel) {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      if (next < chunks.length) controller.enqueue(chunks[next++]);
      else controller.close();
    },
    cancel: () => onCancel?.(),
  });
}

/**
 * A source that gives one chunk, and then nothing.
 *
 * @param {Bytes} chunk
 */
function silent(chunk) {
  let given = false;
  let closed = 0;
  /** @type {AsyncIterable<Bytes>} */
  const source = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        if (given) return new Promise(() => undefined);
        given = true;
        return Promise.resolve({ done: false, value: chunk });
      },
      return: () => {
        closed++;
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
  return { source, closed: () => closed };
}

/**
 * The same as a stream of the web.
 *
 * @param {Bytes} chunk
 */
function silentStream(chunk) {
  let closed = 0;
  /** @type {ReadableStream<Bytes>} */
  const source = new ReadableStream({
    start: (controller) => controller.enqueue(chunk),
    cancel: () => {
      closed++;
    },
  });
  return { source, closed: () => closed };
}

/** @param {Bytes} bytes */
const gzip = (bytes) => converted(bytes, new CompressionStream('gzip'));

/**
 * Without `Response`, which Node 22 cannot load where there is no WebAssembly.
 *
 * @param {Bytes} bytes
 * @param {ReadableWritablePair<any, any>} stream
 */
async function converted(bytes, stream) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const list = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joined(list);
    list.push(value);
  }
}

/**
 * A frame of one block that is stored as it is (RFC 8878); frames with compressed blocks are among the fixtures.
 *
 * @param {Bytes} bytes 256 to 65791
 */
function zstd(bytes) {
  const size = bytes.length - 256;
  const block = (bytes.length << 3) | 1;
  const head = [0x28, 0xb5, 0x2f, 0xfd, 0x60, size & 255, size >> 8, block & 255, (block >> 8) & 255, block >> 16];
  return joined([new Uint8Array(head), bytes]);
}

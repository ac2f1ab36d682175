// @ts-check
/**
 * Records in the two forms that fixtures have their expectations in: that of the files made by hand, which is the
 * documented JSON of a key, and that of the servers. Strings have one character per byte; an integer beyond 2^53 is a
 * string of digits.
 *
 * @typedef {import('../../src/index.ts').KeyFrame<string> & import('../../src/index.ts').DataValue<string>} Key
 * @typedef {Record<string, any>} Json
 */

/**
 * @param {Json} owner
 * @param {string} name
 */
const exact = (owner, name) => owner['exact']?.[name]?.toString() ?? owner[name];

/** @param {number} value */
function double(value) {
  if (Number.isNaN(value)) return 'nan';
  return Number.isFinite(value) ? value : value > 0 ? 'inf' : '-inf';
}

/** @param {Json} part of a module */
function part({ type, ...rest }) {
  if (type === 'string') return { type, value: rest['value'] };
  if (type === 'sint' || type === 'uint') return { type, value: exact(rest, 'value') };
  return { type, value: double(rest['value']), bits: rest['bits']?.toString() };
}

/** @param {Json} group */
function group(group) {
  return {
    ...group,
    exact: undefined,
    entriesRead: exact(group, 'entriesRead'),
    pending: group['pending'].map((/** @type {Json} */ one) => ({
      id: one['id'],
      consumer: one['consumer'],
      deliveryTime: exact(one, 'deliveryTime'),
      deliveryCount: exact(one, 'deliveryCount'),
    })),
    consumers: group['consumers'].map((/** @type {Json} */ one) => ({
      name: one['name'],
      seenTime: exact(one, 'seenTime'),
      activeTime: exact(one, 'activeTime'),
    })),
  };
}

/** @param {Json} value of a stream */
function stream(value) {
  const { idmp } = value;
  return {
    ...value,
    exact: undefined,
    length: exact(value, 'length'),
    entriesAdded: exact(value, 'entriesAdded'),
    groups: value['groups'].map(group),
    idmp: idmp && { ...idmp, exact: undefined, added: exact(idmp, 'added'), duplicates: exact(idmp, 'duplicates') },
  };
}

/**
 * @param {Json[]} items of a hash
 * @returns {Json}
 */
function hash(items) {
  if (items[0]?.['path'] === undefined) return Object.fromEntries(items.map(({ field, value }) => [field, value]));
  const paths = [...new Set(items.map(({ path }) => path))];
  return Object.fromEntries(
    paths.map((path) => [
      path,
      Object.fromEntries(items.filter((item) => item['path'] === path).map(({ field, value }) => [field, value])),
    ]),
  );
}

/**
 * The value of a key, or of a payload.
 *
 * @param {import('../../src/index.ts').DataValue<string>} key
 * @returns {Json} `value`, and what stands beside it
 */
export function showValue(key) {
  switch (key.type) {
    case 'zset':
      return { value: key.value.map(({ member, score }) => ({ member, score: double(score) })) };
    case 'hash': {
      const timed = key.value.filter(({ expiresAt }) => expiresAt !== undefined);
      const times = timed.map((item) => [item.field, exact(item, 'expiresAt')]);
      return { value: hash(key.value), fieldExpiresAt: times.length > 0 ? Object.fromEntries(times) : undefined };
    }
    case 'stream':
      return { value: stream(key.value) };
    case 'array':
      return {
        value: key.value.items.map((item) => [exact(item, 'index'), item.value]),
        insertIndex: exact(key.value, 'insertIndex'),
      };
    case 'gcra':
      return { value: exact(key.value, 'tat') };
    case 'module':
      return { value: { module: key.value.module, version: key.value.version, data: key.value.parts.map(part) } };
    default:
      return { value: key.value };
  }
}

/**
 * A key as the documented JSON.
 *
 * @param {Key} record
 * @returns {Json}
 */
export function showKey(record) {
  const { db, key, type, encoding, idle, freq, memberExpires, meta } = record;
  const shown = { db, key, type, encoding, expiresAt: exact(record, 'expiresAt'), idle, freq, ...showValue(record) };
  const members = memberExpires?.map(({ member, expiresAt }) => [member, expiresAt]);
  if (members !== undefined) Object.assign(shown, { fieldExpiresAt: Object.fromEntries(members) });
  return { ...shown, meta: meta?.map(({ parts, ...one }) => ({ ...one, data: parts.map(part) })) };
}

/**
 * The text of an expectation, its strings as bytes and its large integers as digits.
 *
 * @param {Uint8Array} text
 * @returns {Json[]}
 */
export function parseHand(text) {
  const quoted = new TextDecoder()
    .decode(text)
    .replace(/(?<=[:[,]\s*)(?<!"score":)-?\d{16,}(?=\s*[,\]}])/g, (digits) =>
      Number.isSafeInteger(Number(digits)) ? digits : `"${digits}"`,
    );
  return bytesIn(JSON.parse(quoted));
}

/**
 * @param {any} value
 * @returns {any}
 */
function bytesIn(value) {
  if (typeof value === 'string') return bytesOf(value);
  if (Array.isArray(value)) return value.map(bytesIn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [bytesOf(name), bytesIn(item)]));
}

/**
 * Text as the JSON has it, where a lone surrogate is a byte that is not UTF-8, to one character per byte.
 *
 * @param {string} text
 */
function bytesOf(text) {
  let bytes = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) bytes += String.fromCharCode(code - 0xdc00);
    else for (const byte of new TextEncoder().encode(character)) bytes += String.fromCharCode(byte);
  }
  return bytes;
}

/** @param {[string, unknown][]} pairs */
const sorted = (pairs) => pairs.sort(([a], [b]) => (a < b ? -1 : 1));

/**
 * Texts of more than 4096 bytes stand as their length and SHA-256.
 *
 * @param {string} text
 */
async function shortened(text) {
  if (text.length <= 4096) return text;
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { length: text.length, sha256 };
}

/** @param {Json} value of a stream: of its IDMP servers tell only how many there are */
function countIdmp({ idmp, ...value }) {
  if (idmp === undefined) return value;
  const { producers, ...counts } = idmp;
  const entryCount = producers.reduce(
    (/** @type {number} */ sum, /** @type {Json} */ one) => sum + one['entries'].length,
    0,
  );
  return { ...value, idmp: { ...counts, producerCount: producers.length, entryCount } };
}

/**
 * A key as servers tell it, without what expectations have besides (`encodings`, `dump`).
 *
 * @param {Key} record
 * @returns {Promise<Json>}
 */
export async function showAsServer(record) {
  const { encoding: _, insertIndex: __, fieldExpiresAt, ...shown } = showKey(record);
  const times = fieldExpiresAt && sorted(Object.entries(fieldExpiresAt));
  return { ...shown, fieldExpiresAt: times, value: await serverValue(record) };
}

/** @param {Key} record */
async function serverValue(record) {
  switch (record.type) {
    case 'string':
      return shortened(record.value);
    case 'list':
      return Promise.all(record.value.map(shortened));
    case 'set':
      return [...record.value].sort();
    case 'zset':
      return sorted(record.value.map(({ member, score }) => [member, double(score)]));
    case 'hash': {
      const pairs = record.value.map(
        async ({ field, value }) => /** @type {[string, any]} */ ([field, await shortened(value)]),
      );
      return sorted(await Promise.all(pairs));
    }
    case 'stream':
      return countIdmp(stream(record.value));
    default:
      return undefined;
  }
}

/**
 * An expectation as `showAsServer` gives it: scores are numbers.
 *
 * @param {Json} expected
 * @returns {Json}
 */
export function fromServer({ encodings: _, dump: __, ...expected }) {
  if (expected['type'] !== 'zset') return expected;
  const score = (/** @type {string} */ text) => (/^-?inf$/.test(text) ? text : Number(text));
  return {
    ...expected,
    value: sorted(expected['value'].map((/** @type {[string, string]} */ [member, text]) => [member, score(text)])),
  };
}

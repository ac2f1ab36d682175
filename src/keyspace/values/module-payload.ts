import { decodeDump, type ModulePart, moduleId } from '../../rdb/index.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** What the names of the commands on a type of a module begin with. */
const FAMILIES: Readonly<Record<string, string>> = {
  'ReJSON-RL': 'JSON',
  'MBbloom--': 'BF',
  MBbloomCF: 'CF',
  'CMSk-TYPE': 'CMS',
  'TopK-TYPE': 'TOPK',
  'TDIS-TYPE': 'TDIGEST',
  'TSDB-TYPE': 'TS',
  vectorset: 'V',
  trietype0: 'FT',
};

/** Before the number of a module type, which takes six bits for each of nine characters, then ten for its version. */
const LENGTH_64 = 0x81;
const VERSION_BITS = 10n;

/** Whose commands a payload takes; undefined for types that are not known. */
export function familyOf(payload: Bytes): string | undefined {
  if (payload.length < 10 || payload[1] !== LENGTH_64) return undefined;
  const id = new DataView(payload.buffer, payload.byteOffset).getBigUint64(2) >> VERSION_BITS;
  for (const [name, family] of Object.entries(FAMILIES)) {
    if (moduleId(name, 0) >> VERSION_BITS === id) return family;
  }
  return undefined;
}

/** Walks over what a module stored. Reading beyond it, or something else than expected, gives NaN or undefined. */
class Parts {
  readonly version: number;
  readonly #parts: readonly ModulePart<Bytes>[];
  #at = 0;

  constructor(payload: Bytes) {
    const dump = decodeDump(payload);
    this.#parts = dump.type === 'module' ? dump.value.parts : [];
    this.version = dump.type === 'module' ? dump.value.version : 0;
  }

  skip(count: number): void {
    this.#at += count;
  }

  number(): number {
    const part = this.#parts[this.#at++];
    return part === undefined || part.type === 'string' ? Number.NaN : part.value;
  }

  string(): Bytes | undefined {
    const part = this.#parts[this.#at++];
    return part?.type === 'string' ? part.value : undefined;
  }
}

/** Whether a time series has a source or rules (redistimeseries: src/rdb.c). */
export function hasRules(payload: Bytes): boolean {
  const parts = new Parts(payload);
  const { version } = parts;
  parts.skip(3);
  if (version >= 1) parts.skip(1);
  if (version >= 2) parts.skip(3);
  if (version >= 3) parts.skip(1);
  if (version >= 2 && parts.number() !== 0) return true;
  if (version >= 8) parts.skip(2);
  parts.skip(2 * parts.number());
  return parts.number() !== 0;
}

const PROJECTED = 1;
const WITH_ATTRIBUTES = 2;

/** The elements of a vector set (redis 8.8: modules/vector-sets/vset.c); undefined where they cannot be read. */
export function elementsIn(payload: Bytes): Bytes[] | undefined {
  const parts = new Parts(payload);
  parts.skip(1);
  const count = parts.number();
  parts.skip(1);
  const flags = parts.number();
  if (flags & PROJECTED) parts.skip(2);
  const elements: Bytes[] = [];
  for (let i = 0; i < count; i++) {
    const element = parts.string();
    if (element === undefined) return undefined;
    elements.push(element);
    parts.skip(flags & WITH_ATTRIBUTES ? 2 : 1);
    parts.skip(parts.number());
  }
  return Number.isNaN(count) || Number.isNaN(flags) ? undefined : elements;
}

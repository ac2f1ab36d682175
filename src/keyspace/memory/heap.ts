import { RedisFileError } from '../../errors.ts';

/** Blocks begin at multiples of this many bytes. */
const GRANULE = 16;

/** Bytes of a slab. Only those that were written to are resident. */
const SLAB = 1 << 20;

/** Granules of a slab. */
const GRANULES = SLAB / GRANULE;

/** Granules of the largest block that shares a slab; what is larger has memory of its own. */
const MOST_GRANULES = 8192;

/** From here on references are those of blocks with memory of their own. Below are 60 GB. */
const LARGE = 0xf0000000;
const LARGE_SLAB = LARGE >>> 16;

/** Slabs without a block in use that are kept for later; what is more goes back to the system. */
const MOST_EMPTY = 8;

/** How much more than asked for a block with memory of its own gets, so that one that grows byte by byte is copied rarely. */
const GROWTH = 8;

/**
 * Up to 16 granules every number is a size of its own; from there on there are 8 sizes up to twice as much, so that at
 * most a ninth is lost.
 */
function sizeClass(granules: number): number {
  if (granules <= 16) return granules;
  const exponent = 31 - Math.clz32(granules - 1);
  const step = 1 << (exponent - 3);
  return 8 + (exponent - 3) * 8 + Math.ceil((granules - (1 << exponent)) / step);
}

/** Granules of the blocks of each class. */
const CLASS_SIZES: Int32Array = /* @__PURE__ */ (() => {
  const sizes = new Int32Array(sizeClass(MOST_GRANULES) + 1);
  for (let granules = 1; granules <= MOST_GRANULES; granules++) sizes[sizeClass(granules)] = granules;
  return sizes;
})();

/** A megabyte that is divided into blocks of one size. */
class Slab {
  readonly index: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  /** Its blocks have this size. */
  sizeClass = 0;
  /** Granules of a block. */
  granules = 0;
  /** Blocks in use. */
  live = 0;
  /** First granule of a free block, plus one; 0 for none. Each free block begins with that of the next one. */
  free = 0;
  /** Granules that were handed out at least once. */
  used = 0;
  /** Position in the list of slabs of its size with free blocks; -1 while it is not in it. */
  place = -1;

  constructor(index: number, buffer: ArrayBuffer) {
    this.index = index;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
  }

  get full(): boolean {
    return this.free === 0 && this.used + this.granules > GRANULES;
  }
}

/**
 * Memory outside of V8's heap: blocks of bytes named by numbers of 32 bits, of which millions cost no garbage collection and
 * which end at no limit of Node's. A slab holds blocks of one size only, so that it is free for any other size when all of
 * them are.
 *
 * A block is read and written through `bytes` and `offset`. Both hold until something is allocated or freed.
 */
export class Heap {
  readonly #slabs: (Slab | undefined)[] = [undefined];
  readonly #freeIndexes: number[] = [];
  /** Blocks are taken from these, by size. */
  readonly #current: (Slab | undefined)[] = [];
  /** Other slabs with free blocks, by size. */
  readonly #partial: Slab[][] = [];
  readonly #empty: Slab[] = [];
  readonly #large: (Uint8Array<ArrayBuffer> | undefined)[] = [];
  readonly #freeLarge: number[] = [];
  #largeBytes = 0;

  /** Bytes that are held: whole slabs, and blocks with memory of their own. */
  get held(): number {
    return (this.#slabs.length - 1 - this.#freeIndexes.length) * SLAB + this.#largeBytes;
  }

  /**
   * A block of at least `size` bytes, with anything in it.
   *
   * @throws RedisFileError `LIMIT_EXCEEDED` where 60 GB are in use, or the system has no more
   */
  allocate(size: number): number {
    const granules = (size + GRANULE - 1) >>> 4;
    if (size > MOST_GRANULES * GRANULE) return this.#allocateLarge(size);
    const sized = sizeClass(granules === 0 ? 1 : granules);
    let slab = this.#current[sized];
    if (slab === undefined || slab.full) slab = this.#nextSlab(sized);
    let at = slab.free;
    if (at !== 0) {
      at--;
      slab.free = slab.view.getInt32(at << 4, true);
    } else {
      at = slab.used;
      slab.used += slab.granules;
    }
    slab.live++;
    return ((slab.index << 16) | at) >>> 0;
  }

  free(ref: number): void {
    if (ref >= LARGE) {
      const id = ref - LARGE;
      this.#largeBytes -= this.#large[id]!.length;
      this.#large[id] = undefined;
      this.#freeLarge.push(id);
      return;
    }
    const slab = this.#slabs[ref >>> 16]!;
    const at = ref & 0xffff;
    const wasFull = slab.full;
    slab.view.setInt32(at << 4, slab.free, true);
    slab.free = at + 1;
    slab.live--;
    if (slab === this.#current[slab.sizeClass]) return;
    if (slab.live === 0) this.#release(slab);
    else if (wasFull) this.#addPartial(slab);
  }

  /** The array that a block lies in. */
  bytes(ref: number): Uint8Array<ArrayBuffer> {
    const index = ref >>> 16;
    return index < LARGE_SLAB ? this.#slabs[index]!.bytes : this.#large[ref - LARGE]!;
  }

  /** A view on the array that a block lies in. */
  view(ref: number): DataView {
    const index = ref >>> 16;
    return index < LARGE_SLAB ? this.#slabs[index]!.view : new DataView(this.#large[ref - LARGE]!.buffer);
  }

  /** Where in that array it begins. */
  offset(ref: number): number {
    return ref >>> 16 < LARGE_SLAB ? (ref & 0xffff) << 4 : 0;
  }

  /** Bytes of a block: what was asked for, or some more. */
  capacity(ref: number): number {
    const index = ref >>> 16;
    return index < LARGE_SLAB ? this.#slabs[index]!.granules << 4 : this.#large[ref - LARGE]!.length;
  }

  /**
   * Whether a block may stay where it is when it is to hold `size` bytes: they fit, and no block of three quarters of it would
   * do. Values that grow and shrink a little stay where they are.
   */
  fits(ref: number, size: number): boolean {
    const capacity = this.capacity(ref);
    return size <= capacity && (size * 4 > capacity * 3 || capacity === GRANULE);
  }

  #nextSlab(sized: number): Slab {
    const partial = this.#partial[sized];
    let slab = partial?.pop();
    if (slab !== undefined) {
      slab.place = -1;
    } else {
      slab = this.#empty.pop() ?? this.#newSlab();
      slab.sizeClass = sized;
      slab.granules = CLASS_SIZES[sized]!;
      slab.live = slab.free = slab.used = 0;
    }
    this.#current[sized] = slab;
    return slab;
  }

  #newSlab(): Slab {
    const index = this.#freeIndexes.pop() ?? this.#slabs.length;
    if (index >= LARGE_SLAB) throw new RedisFileError('LIMIT_EXCEEDED', 'the dataset is larger than 60 GB');
    const slab = new Slab(index, memory(SLAB).buffer);
    this.#slabs[index] = slab;
    return slab;
  }

  #addPartial(slab: Slab): void {
    this.#partial[slab.sizeClass] ??= [];
    const list = this.#partial[slab.sizeClass]!;
    slab.place = list.length;
    list.push(slab);
  }

  /** No block of the slab is in use any more. */
  #release(slab: Slab): void {
    if (slab.place >= 0) {
      const list = this.#partial[slab.sizeClass]!;
      const last = list.pop()!;
      if (last !== slab) {
        list[slab.place] = last;
        last.place = slab.place;
      }
      slab.place = -1;
    }
    if (this.#empty.length < MOST_EMPTY) {
      this.#empty.push(slab);
      return;
    }
    this.#slabs[slab.index] = undefined;
    this.#freeIndexes.push(slab.index);
  }

  #allocateLarge(size: number): number {
    const id = this.#freeLarge.pop() ?? this.#large.length;
    const bytes = memory(size + Math.floor(size / GROWTH));
    this.#large[id] = bytes;
    this.#largeBytes += bytes.length;
    return LARGE + id;
  }
}

/** @throws RedisFileError `LIMIT_EXCEEDED` where the system has no more */
function memory(size: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch (cause) {
    throw new RedisFileError('LIMIT_EXCEEDED', `no memory for ${size} more bytes of the dataset`, { cause });
  }
}

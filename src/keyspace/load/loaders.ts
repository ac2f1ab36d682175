import type { KeyType } from '../../rdb/index.ts';
import type { Heap } from '../memory/index.ts';
import { ArrayLoader } from './array.ts';
import { GcraLoader } from './gcra.ts';
import { HashLoader } from './hash.ts';
import { ListLoader } from './list.ts';
import { SetLoader } from './set.ts';
import { StreamLoader } from './stream.ts';
import type { ValueLoader } from './value-loader.ts';
import { ZsetLoader } from './zset.ts';

/**
 * What makes a value of a type; undefined for types that are no values of this dataset.
 *
 * @param packsZset see `ZsetLoader`
 */
export function newLoader(heap: Heap, type: KeyType, packsZset: boolean): ValueLoader | undefined {
  switch (type) {
    case 'list':
      return new ListLoader(heap);
    case 'set':
      return new SetLoader(heap);
    case 'zset':
      return new ZsetLoader(heap, packsZset);
    case 'hash':
      return new HashLoader(heap);
    case 'stream':
      return new StreamLoader(heap);
    case 'array':
      return new ArrayLoader(heap);
    case 'gcra':
      return new GcraLoader();
    default:
      return undefined;
  }
}

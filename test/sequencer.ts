/**
 * The order in which files of tests begin. Vitest starts with the largest ones, but the longest to run are short to read: left for
 * the end, they keep one processor busy while the others have nothing to do.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const LONG = /\/test\/(?:memory\/|rewrite\/fuzz|rdb\/chunking|cli\/damage)/;

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

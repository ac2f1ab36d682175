import { DefaultReporter } from 'vitest/node';

type RunEnd = Parameters<DefaultReporter['onTestRunEnd']>;

/**
 * vitest's default reporter, with the names of all skipped tests, and one closing line that programs can read:
 * `N passed, N failed, N skipped`.
 */
export default class SummaryReporter extends DefaultReporter {
  override onTestRunEnd(...[modules, errors, reason]: RunEnd): void {
    super.onTestRunEnd(modules, errors, reason);
    // Errors outside of tests, such as a file that does not load, count as failures.
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      count.failed += module.errors().length;
      for (const suite of module.children.allSuites()) count.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        count[state === 'pending' ? 'failed' : state] += 1;
        if (state === 'skipped') process.stdout.write(`skipped: ${module.relativeModuleId} > ${test.fullName}\n`);
      }
    }
    process.stdout.write(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
  }
}

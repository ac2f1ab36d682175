import { type Escape, JsonWriter } from '../inspect/index.ts';
import { TemporaryBytes } from '../io/index.ts';
import { type FilterOptions, RunFilter } from './filters.ts';
import { JsonOutput } from './json-output.ts';
import { Output } from './output.ts';
import { reportFinding } from './report.ts';
import { type CommonOptions, eachInput, refuseTrailing, scanInput } from './scan.ts';

export interface JsonCommandOptions extends CommonOptions, FilterOptions {
  escape?: Escape;
}

/** `ndjson` and `json`: every key with its value. */
export async function writeJson(
  paths: readonly string[],
  form: 'lines' | 'array',
  options: JsonCommandOptions,
): Promise<void> {
  const filter = new RunFilter(options);
  let name: string | undefined;
  const writer = new JsonWriter({
    escape: options.escape ?? 'text',
    form,
    onFinding: (finding) => reportFinding(name ?? '', finding, options.json ?? false),
    spill: () => new TemporaryBytes(),
  });
  const output = new JsonOutput(new Output(), writer, filter);
  try {
    await eachInput(paths, filter, options, async (path) => {
      try {
        const result = await scanInput(path, options, (inputName) => {
          name = inputName;
          writer.nextFile();
          return {
            handler: filter.over(writer),
            scan: { afterChunk: ({ valueLength }) => output.afterChunk(valueLength) },
          };
        });
        refuseTrailing(result, options);
        return result;
      } catch (error) {
        // What was read before the damage is true and goes out; the half object does not.
        writer.breakOff();
        throw error;
      }
    });
    writer.finish();
  } finally {
    // Of inputs that cannot be opened nothing is written, not even the beginning of an array.
    if (name !== undefined) await output.end();
  }
}

import { type Escape, JsonWriter } from '../inspect/index.ts';
import { TemporaryBytes } from '../io/index.ts';
import { Output } from './output.ts';
import { reportFinding } from './report.ts';
import { type CommonOptions, refuseTrailing, scanInput } from './scan.ts';

export interface JsonCommandOptions extends CommonOptions {
  escape?: Escape;
}

/** `ndjson` and `json`: every key with its value. */
export async function writeJson(
  path: string | undefined,
  form: 'lines' | 'array',
  options: JsonCommandOptions,
): Promise<void> {
  const output = new Output();
  let writer: JsonWriter | undefined;
  try {
    const result = await scanInput(path, options, (name) => {
      writer = new JsonWriter({
        escape: options.escape ?? 'text',
        form,
        onFinding: (finding) => reportFinding(name, finding, options.json ?? false),
        spill: () => new TemporaryBytes(),
      });
      const handler = writer;
      return { handler, scan: { afterChunk: () => (handler.full ? output.write(handler.take()) : undefined) } };
    });
    refuseTrailing(result, options);
    writer?.finish();
  } catch (error) {
    // What was read before the damage is true and goes out; the half object does not.
    writer?.abandon();
    throw error;
  } finally {
    if (writer !== undefined) await output.write(writer.take());
  }
}

import { CommandWriter, type Loss } from '../log/index.ts';
import { type FilterOptions, RunFilter } from './filters.ts';
import { Output } from './output.ts';
import { quoteKey, reportFinding, reportWarning } from './report.ts';
import { type CommonOptions, eachInput, refuseTrailing, scanInput } from './scan.ts';

export interface RespCommandOptions extends CommonOptions, FilterOptions {
  target?: string;
  restore?: boolean;
  replace?: boolean;
  cluster?: boolean;
  duplicates?: boolean;
  allowLoss?: boolean;
}

/** Bytes that are worth writing. */
const FULL = 1 << 16;

/** `resp`: every key as the commands that build it, for `redis-cli --pipe`. */
export async function writeResp(path: string | undefined, options: RespCommandOptions): Promise<void> {
  const output = new Output();
  const filter = new RunFilter(options);
  const json = options.json ?? false;
  let name = '';
  const writer = new CommandWriter({
    target: options.target,
    mode: options.restore ? 'restore' : 'commands',
    replace: options.replace ?? false,
    cluster: options.cluster ?? false,
    duplicates: options.duplicates ?? false,
    onWarning: (code, message, offset, frame) => {
      const key = frame?.bytes.slice(frame.start, frame.end);
      reportFinding(name, { code, message, offset, db: frame?.db, key }, json);
    },
    ...(options.allowLoss ? { onLoss: (loss) => reportLoss(name, loss, json) } : {}),
  });
  try {
    await eachInput(path === undefined ? [] : [path], filter, options, async (input) => {
      const result = await scanInput(input, options, (inputName) => {
        name = inputName;
        return {
          handler: filter.over(writer),
          scan: {
            capture: options.restore ?? false,
            afterChunk: ({ valueLength }) => {
              // A key whose size may still rule it out stays, so that it can be taken back without a trace.
              if (filter.onTrial(valueLength) || writer.ready < FULL) return undefined;
              return output.write(writer.take());
            },
          },
        };
      });
      refuseTrailing(result, options);
      return result;
    });
  } catch (error) {
    // What was read before the damage is true and goes out; half a key does not stay.
    writer.abandon();
    throw error;
  } finally {
    writer.finish();
    await output.write(writer.take());
  }
}

/** Says what the target cannot hold. */
function reportLoss(file: string, { message, offset, db, key }: Loss, json: boolean): void {
  const of = key === undefined ? '' : `: db ${db}, key ${quoteKey(key)}`;
  reportWarning(file, 'LOSSY', `${message}${of}`, offset, json);
}

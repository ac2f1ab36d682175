import { checkLog, type LogFinding, type LogReport } from '../aof/index.ts';
import { CheckHandler } from '../inspect/index.ts';
import { isSpecial, openFileBlocking } from '../io/index.ts';
import { openInput } from './input.ts';
import type { LogFile } from './log-files.ts';
import type { Progress } from './progress.ts';
import { countOf, reportFinding, reportWarning } from './report.ts';

export interface CheckLogOptions {
  json?: boolean;
  strictVersion?: boolean;
}

/** What a file is found to be. */
export interface Verdict {
  file: LogFile;
  report: LogReport;
  /** Keys of the RDB that it begins with. */
  keys: number;
  /** Why a server would refuse it, or the file is not complete; undefined for a sound one. */
  problem: string | undefined;
  /** A server with `aof-load-truncated yes` cuts it by itself. */
  loadsCut: boolean;
  /** Why a server would refuse it also when it is cut to what is sound. */
  refusedCut: string | undefined;
}

/** Reads a file of a log to its end. What is odd is told as it is found. */
export async function judgeFile(file: LogFile, progress: Progress, options: CheckLogOptions): Promise<Verdict> {
  const { path, name, input: opened } = file;
  const json = options.json ?? false;
  const handler = new CheckHandler((finding) => reportFinding(name, finding, json));
  const once = path === undefined || isSpecial(path);
  // What can be read once is opened here, as that takes time.
  const input = opened ?? (once ? await openInput(path ?? '-') : openFileBlocking(path));
  progress.begin(input.size);
  let first: (typeof input & { chunks?: unknown }) | undefined = input;
  const report = await checkLog(
    (from) => {
      const begun = first;
      first = undefined;
      if (begun !== undefined) return 'source' in begun ? begun.source : begun.chunks;
      return openFileBlocking(path!, from).chunks;
    },
    {
      handler,
      once,
      strictVersion: options.strictVersion ?? false,
      onBytes: (count) => progress.add(count),
    },
  );
  for (const finding of report.findings) {
    reportWarning(name, finding.code, findingText(finding), finding.offsets[0], json);
  }
  const problem = problemOf(file, report, handler.duplicateKeys);
  const loadsCut =
    file.last &&
    (report.state === 'torn' || report.state === 'openMulti') &&
    refusals(report, handler.duplicateKeys) === undefined;
  const { keys, duplicateKeys } = handler;
  const sound = report.findings.filter(({ offsets }) => offsets[0]! < report.validUpTo);
  const refusedCut = refusals({ ...report, findings: sound }, duplicateKeys);
  return { file, report, keys, problem, loadsCut, refusedCut };
}

/** A finding in words. */
function findingText({ code, count, offsets, names }: LogFinding): string {
  const more = count > offsets.length ? ', ...' : '';
  const where = count > 1 ? `, at bytes ${offsets.join(', ')}${more}` : '';
  const named = names.length > 0 ? ` (${names.join(', ')})` : '';
  const what = code === 'TIME_BACKWARDS' ? 'annotation' : 'command';
  return `${countOf(count, what)} ${FINDINGS[code]}${named}${where}`;
}

const FINDINGS: Readonly<Record<LogFinding['code'], string>> = {
  UNKNOWN_COMMAND: 'that no server is known to have: servers refuse the log, unless a module brings it',
  WRONG_ARITY: 'with a wrong number of arguments: servers refuse the log, or crash',
  NESTED_MULTI: 'MULTI inside MULTI: servers ignore it, redis-check-aof does not',
  EXEC_WITHOUT_MULTI: 'EXEC without MULTI: servers ignore it, redis-check-aof does not',
  DISCARD: 'DISCARD inside MULTI, at which servers crash',
  TIME_BACKWARDS: 'of a time before that of the one in front: the clock went backwards',
  ODD_FORM: 'in a form that servers read, but do not write; redis-check-aof refuses it',
};

function refusals(report: LogReport, duplicateKeys: number): string | undefined {
  if (duplicateKeys > 0) return `${countOf(duplicateKeys, 'key')} of its RDB stand twice`;
  const refused = report.findings.find((finding) => finding.refused);
  return refused === undefined ? undefined : findingText(refused);
}

function problemOf(file: LogFile, report: LogReport, duplicateKeys: number): string | undefined {
  const { state, error } = report;
  const why = error === undefined ? '' : `: ${error.message}`;
  switch (state) {
    case 'rdb':
      return `the RDB at its beginning is damaged${why}`;
    case 'damaged':
      return report.kept === undefined
        ? `it is damaged or torn at byte ${report.validUpTo}${why}`
        : `it is damaged in the middle${why}`;
    case 'garbage':
      return `it ends in bytes that are no commands${why}`;
    case 'torn':
    case 'openMulti': {
      const refused = refusals(report, duplicateKeys);
      if (refused !== undefined) return refused;
      const what = state === 'torn' ? `it is torn at its end${why}` : 'it ends inside a transaction';
      if (!file.last) return `${what}, and is not the last file of its set`;
      return `${what}; servers with aof-load-truncated yes, which is the default, cut it there and load it`;
    }
    default:
      return refusals(report, duplicateKeys);
  }
}

/** The words for how a file ends. */
export function stateText({
  state,
  report,
  last,
}: {
  state: LogReport['state'];
  report: LogReport;
  last: boolean;
}): string {
  const { size, validUpTo, commandsAfter, openMulti } = report;
  const behind = `${countOf(size - validUpTo, 'byte')} and ${countOf(commandsAfter, 'command')} behind it`;
  const multi = openMulti === undefined ? '' : `, inside the transaction at byte ${openMulti}`;
  const sound = `what is sound ends at byte ${validUpTo}, ${behind}${multi}`;
  switch (state) {
    case 'complete':
      return 'complete';
    case 'torn':
      return `${sound}: a torn tail${last ? '' : ' in a file that is not the last one'}`;
    case 'openMulti':
      return `${sound}: a transaction that is not complete`;
    case 'garbage':
      return `${sound}: no commands up to the end`;
    case 'rdb':
      return 'its RDB cannot be read';
    default:
      return report.kept === undefined
        ? `${sound}: what it is cannot be told, as it can be read only once`
        : `${sound}: damage in the middle`;
  }
}

import { checkLog, type LogFinding, type LogReport, type Stretch } from '../aof/index.ts';
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

export interface JudgeOptions extends CheckLogOptions {
  /** A server would load the file by the name that it has. */
  served: boolean;
  /** Of the last annotation in the files before it, in ms. */
  time?: number | undefined;
}

/** What a file is found to be. */
export interface Verdict {
  file: LogFile;
  report: LogReport;
  /** Keys of the RDB that it begins with. */
  keys: number;
  /** Why a server would refuse it, or the file is not complete; undefined for a sound one. */
  problem: string | undefined;
  /** A server with `aof-load-truncated yes` starts with it, be it with a loss. */
  loads: boolean;
  /** Such a server cuts what is torn by itself, and what it writes then is behind what is sound. */
  loadsCut: boolean;
  /** Why a server would refuse it also when it is cut to what is sound. */
  refusedCut: string | undefined;
}

/** Reads a file of a log to its end. What is odd is told as it is found. */
export async function judgeFile(file: LogFile, progress: Progress, options: JudgeOptions): Promise<Verdict> {
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
      time: options.time,
      onBytes: (count) => progress.add(count),
    },
  );
  for (const finding of report.findings) {
    reportWarning(name, finding.code, findingText(finding), finding.offsets[0], json);
  }
  if (skipsLine(file, report)) {
    const text = 'a line that has no end: servers skip it, as nothing is appended to this file';
    reportWarning(name, 'OPEN_LINE', text, report.openLine, json);
  }
  const { keys } = handler;
  const packed = options.served ? packedText(report) : undefined;
  const refused = packed ?? refusals(report, handler.refused?.message);
  const end = endProblem(file, report);
  // What has to be cut first is told first, unless no cut helps.
  const torn = report.state === 'torn' || report.state === 'openMulti';
  const problem = packed ?? (torn ? (refused ?? end) : (end ?? refused));
  const loads = refused === undefined && (problem === undefined || startsWith(file, report));
  const loadsCut = loads && problem !== undefined && cutWell(report);
  const sound = report.findings.filter(({ offsets }) => offsets[0]! < report.validUpTo);
  const refusedCut = packed ?? refusals({ ...report, findings: sound }, handler.refused?.message);
  return { file, report, keys, problem, loads, loadsCut, refusedCut };
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
  RESET: 'RESET inside MULTI, at which servers crash',
  TIME_BACKWARDS: 'of a time before that of the one in front: the clock went backwards',
  ODD_FORM: 'in a form that servers read, but do not write; redis-check-aof refuses it',
};

/** Why a server would refuse a log however it ends. @param ofRdb what it would refuse of its RDB */
export function refusals(
  { findings, openMulti, validUpTo }: Pick<LogReport, 'findings' | 'openMulti' | 'validUpTo'>,
  ofRdb: string | undefined,
): string | undefined {
  if (ofRdb !== undefined) return `in its RDB ${ofRdb}`;
  // Commands of a transaction without an end are looked up, but never run.
  const runs = ({ code, offsets }: LogFinding): boolean =>
    openMulti === undefined || code === 'UNKNOWN_COMMAND' || offsets[0]! < validUpTo;
  const refused = findings.find((finding) => finding.refused && runs(finding));
  return refused === undefined ? undefined : findingText(refused);
}

function packedText({ packed }: LogReport): string | undefined {
  return packed && `it is packed (${packed}), which servers do not read: unpack it`;
}

/** Whether all that is odd at the end is a line without an end, of a file behind which others are loaded. */
function skipsLine({ last }: Pick<LogFile, 'last'>, { state, openLine, openMulti }: LogReport): boolean {
  return !last && state === 'torn' && openLine !== undefined && openMulti === undefined;
}

/** Whether a server with `aof-load-truncated yes` starts with a file of which only the end is not sound. */
function startsWith({ last }: LogFile, { state, error, kept }: LogReport): boolean {
  if (!last) return false;
  // It cannot tell damage that looks like the end of the file from a torn tail.
  if (state === 'damaged') return kept !== undefined && error?.code === 'UNEXPECTED_EOF';
  return state === 'torn' || state === 'openMulti';
}

/** Whether what a server cuts by itself is what has to be cut. */
function cutWell(report: LogReport): boolean {
  return report.state !== 'damaged' && badCut(report) === undefined;
}

/** What a server makes of the end of a log that it takes for torn, where that is no cure (redis 4.0 to 8.8, valkey 9.0). */
function badCut({ error, openLine, openMulti, rdbEnd, validUpTo }: LogReport): string | undefined {
  if (error !== undefined && openMulti !== undefined) {
    return 'leave the transaction open, so that all they append behind it is lost at the next start';
  }
  if (error !== undefined && rdbEnd > 0 && validUpTo === rdbEnd) {
    return 'cut the file to nothing, RDB and all, so that their next start finds only what they append';
  }
  if (openLine !== undefined && openMulti === undefined) {
    return 'cut nothing, and what they append behind that line makes the log unreadable';
  }
  return undefined;
}

/** What is wrong with how a file ends. */
function endProblem(file: LogFile, report: LogReport): string | undefined {
  const { state, error, validUpTo, around } = report;
  const why = error === undefined ? '' : `: ${error.message}`;
  const loads = startsWith(file, report);
  switch (state) {
    case 'rdb':
      return `the RDB at its beginning is damaged${why}`;
    case 'damaged': {
      if (report.kept === undefined) return `it is damaged or torn at byte ${validUpTo}${why}`;
      const inside = around === undefined ? '' : `; ${aroundText(around)}`;
      const lose = badCut(report) ?? `cut off all behind byte ${validUpTo}, which is lost then`;
      return `it is damaged in the middle${why}${inside}${loads ? `; ${SERVERS} load it, and ${lose}` : ''}`;
    }
    case 'garbage':
      return `it ends in bytes that are no commands${why}`;
    case 'torn':
    case 'openMulti': {
      if (skipsLine(file, report)) return undefined;
      const line = report.openLine === undefined ? '' : ': its last line has no end';
      const what = state === 'torn' ? `it is torn at its end${why}${line}` : 'it ends inside a transaction';
      if (!file.last) return `${what}, and is not the last file of its set`;
      const bad = badCut(report);
      if (bad !== undefined) return `${what}; ${SERVERS} load it, but ${bad}: aof fix cuts it where it must be cut`;
      return `${what}; ${SERVERS} cut it there and load it`;
    }
    default:
      return undefined;
  }
}

const SERVERS = 'servers with aof-load-truncated yes, which is the default,';

/** The words for what may be a part of a value. */
export function aroundText({ offset, length }: Stretch): string {
  const claim = `the head at byte ${offset} claims an argument of ${countOf(length, 'byte')}, more than there are`;
  return `${claim}: its length is damaged, or the log is torn in it and all that follows lies inside of it`;
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
      if (skipsLine({ last }, report)) return 'complete but for the end of its last line, which servers skip';
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

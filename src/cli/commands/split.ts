import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { RedisFileError } from '../../index.ts';
import { type Conflict, MergingHandler, SplittingHandler } from '../../inspect/index.ts';
import { ioError } from '../../io/index.ts';
import { refuseLoss, type ScanFrame } from '../../rdb/index.ts';
import { evenSlots, hashSlot, parseClusterNodes, parseSlots, SLOTS, slotOwners } from '../../records/index.ts';
import { addCommand, addReplayOptions, examples, OF_LOGS } from '../command.ts';
import { NotWritten, Refusal } from '../exit.ts';
import { addFilterOptions, type FilterOptions, listOf, oneOf, RunFilter } from '../filters.ts';
import { addOutputOptions, type Job, type JobOptions, runJob } from '../job.ts';
import { writeText } from '../output.ts';
import { type Part, PartFiles } from '../parts.ts';
import { countOf, quoteKey, reportFinding, reportWarning } from '../report.ts';
import { type CommonOptions, scanInput } from '../scan.ts';
import { refuseTrailing } from '../trailing.ts';

type SlotRange = [first: number, last: number];

interface SplitOptions extends CommonOptions, FilterOptions, JobOptions {
  slots?: SlotRange[];
  nodesConf?: string;
  byDb?: boolean;
  shards?: number;
  allowUnassigned?: boolean;
}

/** A part that is known before anything is read. */
interface PlannedPart {
  name: string;
  slots: SlotRange[];
}

/** Databases that a server has unless told otherwise. */
const USUAL_DBS = 16;
/** Keys that are named where many belong nowhere. */
const EXAMPLES = 3;
/** Ranges of slots that are named where there are many. */
const MOST_RANGES = 10;

/** `split`: an RDB file to several, by slots of a cluster or by databases. */
export function addSplit(root: Command): void {
  const command = addCommand(root, 'split', 'write an RDB file as several: by slots of a cluster, or by databases')
    .option('--slots <ranges>', 'a file for each range, such as 0-5460,5461-10922,10923-16383', listOf(parseSlots))
    .option('--nodes-conf <file>', 'a file for each node that owns slots: a nodes.conf, or what CLUSTER NODES answers')
    .option('--by-db', 'a file for each database')
    .option('--shards <number>', 'a file for each of so many even ranges of slots', oneOf(parseShards))
    .option('--allow-unassigned', 'leave out keys whose slot is in no file, with a warning, instead of refusing');
  addReplayOptions(addFilterOptions(addOutputOptions(command)))
    .option('--json', 'write the result, errors and warnings as JSON objects')
    .addHelpText(
      'after',
      `
With -o OUT.rdb the files are OUT.<part>.rdb: OUT.0-5460.rdb, OUT.<node id>.rdb, OUT.<database>.rdb or OUT.<shard>.rdb
from 0 on. They appear together when all are complete, and none where something fails. Functions and aux fields go into
each. Values are copied as they are stored.${OF_LOGS}
${examples(
  'split --shards 3 -o shard.rdb dump.rdb',
  'split --slots 0-5460,5461-10922,10923-16383 -o part.rdb dump.rdb',
  'redis-cli CLUSTER NODES > nodes.txt && rdb-aof split --nodes-conf nodes.txt -o node.rdb dump.rdb',
  'split --by-db -o db.rdb dump.rdb',
)}`,
    )
    .action(split);
}

function parseShards(text: string): number {
  const count = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= SLOTS) return count;
  throw new InvalidArgumentError(`expected a number from 1 to ${SLOTS}, found ${text}`);
}

async function split(path: string | undefined, options: SplitOptions): Promise<void> {
  const { output, force, ...rest } = options;
  if (output === undefined || output === '-') {
    throw new Refusal('INVALID_ARGUMENT', 'the files need a name: -o OUT.rdb makes them OUT.<part>.rdb');
  }
  const planned = plan(options);
  if (options.allowUnassigned && options.slots === undefined && options.nodesConf === undefined) {
    throw new Refusal(
      'INVALID_ARGUMENT',
      '--allow-unassigned is for --slots and --nodes-conf: else every key is in a file',
    );
  }
  // What is printed is what was written where.
  await runJob(rest, 1, true, async (job) => {
    const files = new PartFiles(output, force ?? false, planned?.length ?? USUAL_DBS);
    try {
      await new Split(files, planned, options).run(path, job);
    } catch (error) {
      files.abandon();
      throw error instanceof NotWritten ? error : new NotWritten(files.path('*'), error);
    }
  });
}

/** The parts; undefined where databases are, which only the file tells. */
function plan({ slots, nodesConf, byDb, shards }: SplitOptions): PlannedPart[] | undefined {
  if ([slots, nodesConf, byDb, shards].filter((given) => given !== undefined).length !== 1) {
    throw new Refusal(
      'INVALID_ARGUMENT',
      'expected one of --slots, --nodes-conf, --by-db and --shards, to say what the parts are',
    );
  }
  if (slots !== undefined) return slots.map((range) => ({ name: rangeText(range), slots: [range] }));
  if (shards !== undefined) return evenSlots(shards).map((range, i) => ({ name: String(i), slots: [range] }));
  return nodesConf === undefined ? undefined : readNodes(nodesConf);
}

function readNodes(path: string): PlannedPart[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw ioError(path, error);
  }
  try {
    return parseClusterNodes(text).map(({ id, slots }) => ({ name: id, slots }));
  } catch (error) {
    if (RedisFileError.is(error)) error.context.file = path;
    throw error;
  }
}

/** One run of the command. */
class Split {
  readonly #files: PartFiles;
  readonly #options: SplitOptions;
  readonly #json: boolean;
  readonly #handler: SplittingHandler<Part>;
  /** Keys that are in no part, the first of them, and their slots. */
  #unassigned = 0;
  readonly #examples: string[] = [];
  readonly #slots = new Uint8Array(SLOTS);
  #name = '';

  /** @throws Refusal for a file that is there, before anything is read */
  constructor(files: PartFiles, planned: PlannedPart[] | undefined, options: SplitOptions) {
    this.#files = files;
    this.#options = options;
    this.#json = options.json ?? false;
    this.#handler = new SplittingHandler<Part>({
      partOf: planned === undefined ? this.#byDb() : this.#bySlot(planned),
      onUnassigned: (db, key) => this.#leaveOut(db, key),
      growing: planned === undefined,
      onWarning: (code, message, offset, frame) => {
        const key = frame?.bytes.slice(frame.start, frame.end);
        reportFinding(this.#name, { code, message, offset, db: frame?.db, key }, this.#json);
      },
    });
    for (const part of files.all) this.#handler.add(part);
  }

  #bySlot(planned: PlannedPart[]): (frame: ScanFrame) => Part | undefined {
    const owners = slotOwners(planned);
    this.#reportOwnerless(owners);
    for (const { name } of planned) this.#files.open(name);
    const parts = this.#files.all;
    return ({ bytes, start, end }) => parts[owners[hashSlot(bytes, start, end)]!];
  }

  #byDb(): (frame: ScanFrame) => Part {
    this.#files.refuseExisting(/^\d+$/);
    const parts = new Map<number, Part>();
    return ({ db }) => {
      let part = parts.get(db);
      if (part === undefined) {
        part = this.#files.open(String(db));
        this.#handler.add(part);
        parts.set(db, part);
      }
      return part;
    };
  }

  /** A cluster all of whose slots are not owned takes no writes. */
  #reportOwnerless(owners: Int16Array): void {
    const path = this.#options.nodesConf;
    const none = Uint8Array.from(owners, (owner) => (owner < 0 ? 1 : 0));
    if (path === undefined || !none.includes(1)) return;
    reportWarning(path, 'UNASSIGNED_SLOTS', `no node owns slots ${rangesText(none)}`, undefined, this.#json);
  }

  #leaveOut(db: number, key: Uint8Array): void {
    this.#unassigned++;
    this.#slots[hashSlot(key)] = 1;
    if (this.#examples.length < EXAMPLES) this.#examples.push(`db ${db}, key ${quoteKey(key)}`);
  }

  async run(path: string | undefined, { output, progress }: Job): Promise<void> {
    const filter = new RunFilter(this.#options);
    const single = new MergingHandler(this.#handler, {
      all: false,
      onConflict: (conflict) => this.#refuseTwice(conflict),
    });
    const result = await scanInput(path, progress, this.#options, (name) => {
      this.#name = name;
      return {
        handler: filter.over(single),
        own: true,
        onLoss: refuseLoss,
        scan: {
          capture: true,
          afterChunk: ({ valueLength }) => {
            // A key whose size may still rule it out stays, so that it can be taken back without a trace.
            if (!filter.onTrial(valueLength)) this.#files.write();
            return undefined;
          },
        },
      };
    });
    refuseTrailing(result, this.#options);
    filter.reportLimit(result, this.#json);
    this.#judgeUnassigned();
    if (this.#files.all.length === 0) throw new Refusal('NO_DATA', 'has no keys, and so no databases', this.#name);
    await this.#files.commit();
    progress.end();
    await writeText(output, this.#files.all.map((part) => this.#line(part)).join(''));
  }

  #refuseTwice(conflict: Conflict): never {
    const what = conflict.kind === 'key' ? `key ${quoteKey(conflict.key)} of db ${conflict.db}` : conflict.name;
    throw new Refusal(
      'CONFLICT',
      `${what} stands there twice; convert --on-conflict first keeps the first`,
      this.#name,
    );
  }

  /** @throws Refusal for keys that are in no part, unless they may be left out */
  #judgeUnassigned(): void {
    if (this.#unassigned === 0) return;
    const more = this.#unassigned > EXAMPLES ? '; ...' : '';
    const message =
      `${countOf(this.#unassigned, 'key')} in slots that are in no file, ${rangesText(this.#slots)} ` +
      `(${this.#examples.join('; ')}${more})`;
    if (!this.#options.allowUnassigned) {
      throw new Refusal('UNASSIGNED_KEYS', `${message}; --allow-unassigned leaves them out`, this.#name);
    }
    reportWarning(this.#name, 'UNASSIGNED_KEYS', `left out ${message}`, undefined, this.#json);
  }

  #line({ name, path, keys }: Part): string {
    if (this.#json) return `${JSON.stringify({ file: path, part: name, keys })}\n`;
    return `${path}: ${countOf(keys, 'key')}\n`;
  }
}

function rangeText([first, last]: SlotRange): string {
  return first === last ? String(first) : `${first}-${last}`;
}

/** The slots that are marked, as ranges; the first few where there are many. */
function rangesText(marked: Uint8Array): string {
  const ranges: string[] = [];
  for (let slot = marked.indexOf(1); slot >= 0; slot = marked.indexOf(1, slot)) {
    const first = slot;
    while (marked[slot] === 1) slot++;
    if (ranges.length === MOST_RANGES) return `${ranges.join(',')},...`;
    ranges.push(rangeText([first, slot - 1]));
  }
  return ranges.join(',');
}

import {
  type LevelNumber,
  type Loss,
  type RdbEncoder,
  refuseLoss,
  type ScanFrame,
  type ScanGroup,
  type ScanStreamInfo,
  SKIP,
  type StreamIdmp,
} from '../rdb/index.ts';
import { type CommandOptions, checkCommandOptions } from './options.ts';
import { PayloadMaker } from './payload.ts';
import { CommandWriter, type CommandWriterOptions } from './writer.ts';

/** Strings up to this length are never shorter in RESTORE, which has 35 bytes around them that SET has not. */
const SHORT = 40;

const NO_MEMBER: Uint8Array<ArrayBuffer> = /* @__PURE__ */ new Uint8Array(0);

/** Losses of one key, told once its form is chosen. */
class HeldLosses {
  readonly kept: Loss[] = [];
  holding = false;
  readonly #tell: (loss: Loss) => void;

  constructor(tell: (loss: Loss) => void) {
    this.#tell = tell;
  }

  readonly take = (loss: Loss): void => {
    if (this.holding) this.kept.push(loss);
    else this.#tell(loss);
  };

  /** The form is chosen. @param losses those of it */
  tell(losses: readonly Loss[]): void {
    const told = [...losses];
    this.drop();
    for (const loss of told) this.#tell(loss);
  }

  drop(): void {
    this.holding = false;
    this.kept.length = 0;
  }
}

/**
 * Writes each key in the shorter of two forms: the commands that build it, or RESTORE. Both are made of the same events,
 * side by side, and the commands stay until the value has ended.
 *
 * A string that shares a command with others counts as what it adds to that command, so that the form of a key does
 * not depend on its neighbours.
 */
export class MixedWriter extends CommandWriter {
  readonly #losses: HeldLosses;
  #payload: PayloadMaker | undefined;
  /** A key is under way whose form is not chosen. */
  #open = false;
  /** RESTORE keeps something that commands lose without a word, such as times of consumers. */
  #keepsMore = false;

  /** @throws RedisFileError `INVALID_ARGUMENT` for values that an option does not have */
  constructor(options: CommandWriterOptions = {}) {
    const losses = new HeldLosses(options.onLoss ?? refuseLoss);
    super({ ...options, mode: 'commands', onLoss: losses.take });
    this.#losses = losses;
  }

  override key(frame: ScanFrame): LevelNumber {
    if (this.inStored) return super.key(frame);
    this.#losses.holding = true;
    const level = super.key(frame);
    if (level === SKIP) {
      this.#losses.tell(this.#losses.kept);
      return level;
    }
    this.#open = true;
    this.#keepsMore = false;
    this.context.out.keep();
    const { name } = this.context.target;
    if (this.#payload?.target !== name) this.#payload = new PayloadMaker(name);
    this.#payload.begin(frame);
    this.#settle();
    return level;
  }

  /** Without a payload nothing need wait. */
  #settle(): void {
    if (!this.#open || this.#payload!.active) return;
    this.#open = false;
    this.context.out.letGo();
    this.#losses.tell(this.#losses.kept);
  }

  override keyEnd(): void {
    super.keyEnd();
    if (this.inStored || !this.#open) return;
    this.#open = false;
    const { out } = this.context;
    const payload = this.#payload!;
    const body = payload.end();
    const asCommands = [...this.#losses.kept];
    if (this.#prefersRestore(body, asCommands, payload.losses)) {
      this.takeBack();
      this.#losses.tell(payload.losses.filter(isToldByCommands));
      this.restorer.writeBody(body, false);
    } else {
      out.letGo();
      this.#losses.tell(asCommands);
    }
    payload.recycle(body);
  }

  #prefersRestore(body: readonly Uint8Array[], asCommands: readonly Loss[], asPayload: readonly Loss[]): boolean {
    let length = 0;
    for (const chunk of body) length += chunk.length;
    if (length === 0) return false;
    if (asPayload.some((loss) => isToldByCommands(loss) && !has(asCommands, loss))) return false;
    if (asCommands.some((loss) => !has(asPayload, loss)) || this.#keepsMore) return true;
    return this.restorer.sizeOf(length) < this.written;
  }

  override abandon(): void {
    if (this.#open) {
      this.#open = false;
      this.#payload!.stop();
      this.#losses.drop();
    }
    super.abandon();
  }

  // What a value has goes both ways.

  get #encoder(): RdbEncoder | undefined {
    return this.#open ? this.#payload!.encoder : undefined;
  }

  override bytes(bytes: Uint8Array, start: number, end: number): void {
    super.bytes(bytes, start, end);
    if (!this.#open) return;
    const { frame } = this.context;
    const payload = this.#payload!;
    if (frame.type === 'string' && end - start <= SHORT && frame.meta === undefined) payload.stop();
    else payload.bytes(bytes, start, end);
    this.#settle();
  }

  override integer(value: number): void {
    super.integer(value);
    if (!this.#open) return;
    this.#payload!.integer(value);
    this.#settle();
  }

  override int64(hi: number, lo: number): void {
    super.int64(hi, lo);
    if (!this.#open) return;
    this.#payload!.int64(hi, lo);
    this.#settle();
  }

  override bigBegin(length: number): void {
    super.bigBegin(length);
    // Below that it comes as a whole once more.
    if (!this.#open || length <= this.context.caps.bytes) return;
    this.#payload!.bigBegin(length);
    this.#settle();
  }

  override bigBytes(bytes: Uint8Array, start: number, end: number): void {
    super.bigBytes(bytes, start, end);
    if (this.#open) this.#payload!.bigBytes(bytes, start, end);
  }

  override bigEnd(): void {
    super.bigEnd();
    if (this.#open) this.#payload!.bigEnd();
  }

  override score(value: number): void {
    super.score(value);
    this.#encoder?.score(value);
  }

  override expiry(ms: number | bigint): void {
    super.expiry(ms);
    this.#encoder?.expiry(ms);
  }

  override memberExpiry(): void {
    super.memberExpiry();
    // It has no place for them either.
    this.#encoder?.memberExpiry(NO_MEMBER, 0, undefined);
  }

  override index(value: number | bigint): void {
    super.index(value);
    this.#encoder?.index(value);
  }

  override insertIndex(value: number | bigint): void {
    super.insertIndex(value);
    this.#encoder?.insertIndex(value);
  }

  override entry(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    super.entry(msHi, msLo, seqHi, seqLo);
    if (!this.#open) return;
    this.#payload!.entry(msHi, msLo, seqHi, seqLo);
    this.#settle();
  }

  override entryEnd(): void {
    super.entryEnd();
    this.#encoder?.entryEnd();
  }

  override streamInfo(info: ScanStreamInfo): void {
    super.streamInfo(info);
    this.#encoder?.streamInfo(info);
  }

  override streamGroup(group: ScanGroup): void {
    // Commands fill in what the file does not say, by their own means.
    const given = { ...group };
    super.streamGroup(group);
    if (!this.#open) return;
    if (group.consumers.length > 0) this.#keepsMore = true;
    this.#payload!.streamGroup(given);
    this.#settle();
  }

  override streamIdmp(idmp: StreamIdmp<Uint8Array<ArrayBuffer>>): void {
    super.streamIdmp(idmp);
    if (!this.#open) return;
    const { producers, added, duplicates } = idmp;
    if (this.context.target.idmp && (producers.length > 0 || added !== 0 || duplicates !== 0)) this.#keepsMore = true;
    this.#encoder!.streamIdmp(idmp);
  }
}

function has(losses: readonly Loss[], { kind }: Loss): boolean {
  return losses.some((loss) => loss.kind === kind);
}

/** Commands never have the time at which a consumer was last active, and do not tell that each time. */
function isToldByCommands({ kind }: Loss): boolean {
  return kind !== 'activeTime';
}

/**
 * The writer that options ask for.
 *
 * @throws RedisFileError `INVALID_ARGUMENT` for values that an option does not have
 */
export function commandWriter(
  options: Omit<CommandWriterOptions, 'mode'> & Pick<CommandOptions, 'mode'> = {},
): CommandWriter {
  checkCommandOptions(options);
  const { mode = 'commands' } = options;
  return mode === 'mixed' ? new MixedWriter({ ...options, mode: 'commands' }) : new CommandWriter({ ...options, mode });
}

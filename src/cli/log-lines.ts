import { ByteOutput } from '../bytes/index.ts';
import { type Escape, JsonStrings } from '../inspect/index.ts';

/** A command as a line of JSON shows it. */
export interface ShownCommand {
  /** Undefined for one that the RDB at the beginning was turned into. */
  offset: number | undefined;
  time?: number | undefined;
  db: number;
  argv: readonly Uint8Array[];
}

/** Commands as lines of JSON. */
export class LogLines {
  readonly out: ByteOutput = new ByteOutput();
  readonly #strings: JsonStrings;

  constructor(form: Escape) {
    this.#strings = new JsonStrings(form);
  }

  add(file: string, { offset, time, db, argv }: ShownCommand): void {
    const { out } = this;
    const place = offset === undefined ? '"preamble":true' : `"offset":${offset}`;
    const when = time === undefined ? '' : `,"time":${time}`;
    out.raw(encoder.encode(`{"file":${JSON.stringify(file)},${place}${when},"db":${db},"argv":[`));
    for (let i = 0; i < argv.length; i++) {
      out.text(i === 0 ? '"' : ',"');
      this.#strings.write(out, argv[i]!, 0, argv[i]!.length, true);
      out.text('"');
    }
    out.text(']}\n');
  }

  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.out.bytes.slice(0, this.out.length);
    this.out.length = 0;
    return bytes;
  }
}

const encoder = new TextEncoder();

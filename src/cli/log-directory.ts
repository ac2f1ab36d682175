import { LogDirectory } from '../io/index.ts';
import { Refusal } from './exit.ts';
import { atExit } from './interrupt.ts';
import { type Output, refusalOf } from './output.ts';

/** The directory of a multi-part log, whose base is what is written. It appears when it is complete. */
export class DirectoryOutput implements Output {
  readonly onTerminal = false;
  readonly path: string;
  readonly #directory: LogDirectory;
  readonly #callOff: () => void;

  /** @throws Refusal where something is there; RedisFileError `IO` */
  constructor(path: string) {
    this.path = path;
    try {
      this.#directory = new LogDirectory(path);
    } catch (error) {
      throw refusalOf(error, '');
    }
    this.#callOff = atExit(() => this.#directory.abandon());
  }

  write(bytes: Uint8Array): undefined {
    this.#directory.write(bytes);
  }

  async commit(): Promise<void> {
    try {
      await this.#directory.commit();
    } catch (error) {
      throw refusalOf(error, '');
    }
    this.#callOff();
  }

  abandon(): void {
    this.#directory.abandon();
    this.#callOff();
  }
}

/** @throws Refusal where `--multi-part` has no directory to write */
export function openLogDirectory(path: string | undefined): DirectoryOutput {
  if (path === undefined || path === '-') {
    throw new Refusal('INVALID_ARGUMENT', '--multi-part writes a directory: name it with --output');
  }
  return new DirectoryOutput(path);
}

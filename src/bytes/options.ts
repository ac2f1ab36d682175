import { RedisFileError } from '../errors.ts';
import { describe } from './chunk.ts';

/** The values that options have, by name; whatever else is given is refused. */
export type Choices = Readonly<Record<string, readonly (string | boolean)[]>>;

/** What a wrong option ends with. */
export function invalidArgument(message: string): RedisFileError {
  return new RedisFileError('INVALID_ARGUMENT', message);
}

/** @throws RedisFileError `INVALID_ARGUMENT` for options, or one of them, that are no object */
export function checkObject(options: unknown, name: string = 'options'): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  throw invalidArgument(`${name} must be an object, found ${describe(options)}`);
}

/** @throws RedisFileError `INVALID_ARGUMENT` for options that are none of the values that they may have */
export function checkChoices(options: object, choices: Choices): void {
  for (const [name, values] of Object.entries(choices)) {
    const value = (options as Record<string, unknown>)[name];
    if (value === undefined || values.includes(value as string)) continue;
    const known = values.map((one) => JSON.stringify(one)).join(', ');
    throw invalidArgument(`${name} must be one of ${known}, found ${shown(value)}`);
  }
}

/** @throws RedisFileError `INVALID_ARGUMENT` for options that are given and no functions */
export function checkFunctions(options: object, ...names: readonly string[]): void {
  for (const name of names) {
    const value = (options as Record<string, unknown>)[name];
    if (value !== undefined && typeof value !== 'function') {
      throw invalidArgument(`${name} must be a function, found ${describe(value)}`);
    }
  }
}

/** @throws RedisFileError `INVALID_ARGUMENT` for an option that is given and no Unix time in ms */
export function checkTime(options: object, name: string): void {
  const value = (options as Record<string, unknown>)[name];
  if (value === undefined || Number.isSafeInteger(value)) return;
  throw invalidArgument(`${name} must be a Unix time in ms, found ${shown(value)}`);
}

/** @throws RedisFileError `INVALID_ARGUMENT` for an option that is given and no string */
export function checkText(options: object, name: string): void {
  const value = (options as Record<string, unknown>)[name];
  if (value === undefined || typeof value === 'string') return;
  throw invalidArgument(`${name} must be a string, found ${describe(value)}`);
}

/** @throws RedisFileError `INVALID_ARGUMENT` for a signal that is none */
export function checkSignal({ signal }: { signal?: unknown }): void {
  if (signal === undefined) return;
  const { aborted, throwIfAborted } = (signal ?? {}) as Partial<AbortSignal>;
  if (typeof aborted === 'boolean' && typeof throwIfAborted === 'function') return;
  throw invalidArgument(`signal must be an AbortSignal, found ${describe(signal)}`);
}

/** @throws RedisFileError `INVALID_ARGUMENT` for options that are given and no integers of at least so much */
export function checkIntegers(options: object, least: number, ...names: readonly string[]): void {
  for (const name of names) {
    const value = (options as Record<string, unknown>)[name];
    if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= least)) continue;
    throw invalidArgument(`${name} must be an integer of at least ${least}, found ${shown(value)}`);
  }
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'object' || typeof value === 'function' ? describe(value) : String(value);
}

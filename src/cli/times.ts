import { InvalidArgumentError } from 'commander';

/** Unix times in ms from here on are of 1973 and later; what is less is meant as seconds. */
const FIRST_MS = 1e11;

/** Reads a time of the command line: Unix milliseconds, or as ISO 8601 has it. */
export function parseTime(text: string): number {
  if (/^\d+$/.test(text)) {
    const time = Number(text);
    if (time >= FIRST_MS && Number.isSafeInteger(time)) return time;
    throw new InvalidArgumentError(`expected Unix milliseconds, found ${text}; for seconds, add 000`);
  }
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new InvalidArgumentError(`expected Unix milliseconds or a time such as 2024-05-01T12:00:00Z, found ${text}`);
  }
  return time;
}

/** `2024-05-01T12:00:00Z`. */
export function timeText(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString().replace('.000Z', 'Z');
}

import { checkLog, type Flaw, type LogReport, type Stretch, without } from '../aof/index.ts';
import { CheckHandler } from '../inspect/index.ts';
import { aroundText, refusals } from './aof-verdict.ts';
import type { Output } from './output.ts';

/** A stretch that is lost, and what else there is to say of it. */
export interface Loss extends Stretch {
  why: string;
}

/** What of a log is kept where damage is stepped over, and what is lost, both ascending. */
export function soundOf(report: LogReport): { kept: Stretch[]; lost: Loss[] } {
  const { size, validUpTo, around } = report;
  const sound = report.kept ?? [{ offset: 0, length: validUpTo }];
  const behind = report.lost ?? (size > validUpTo ? [{ offset: validUpTo, length: size - validUpTo }] : []);
  const flaws = report.flaws.filter(({ offset }) => sound.some((one) => isIn(offset, one)));
  const lost: Loss[] = [
    ...behind.map((one) => ({ ...one, why: around && isIn(around.offset, one) ? `; ${aroundText(around)}` : '' })),
    ...flaws.map((one) => ({ ...one, why: flawText(one) })),
  ];
  return { kept: without(sound, flaws), lost: lost.sort((a, b) => a.offset - b.offset) };
}

function flawText({ name }: Flaw): string {
  if (name === undefined) return ': a command whose count of arguments is too small';
  return `: the command ${name}, which no server is known to have`;
}

function isIn(offset: number, stretch: Stretch): boolean {
  return offset >= stretch.offset && offset < stretch.offset + stretch.length;
}

/** Writes what is kept of a log, and reads it as a server would. @returns why that would refuse it, if it would */
export async function writeSound(
  bytes: AsyncIterable<Uint8Array<ArrayBuffer>>,
  output: Output,
): Promise<string | undefined> {
  const handler = new CheckHandler(() => undefined);
  const report = await checkLog(() => writing(bytes, output), { handler, once: true });
  return (
    refusals(report, handler.refused?.message) ?? (report.state === 'complete' ? undefined : report.error?.message)
  );
}

async function* writing(
  bytes: AsyncIterable<Uint8Array<ArrayBuffer>>,
  output: Output,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const chunk of bytes) {
    await output.write(chunk);
    yield chunk;
  }
}

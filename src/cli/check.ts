import { CheckHandler } from '../inspect/index.ts';
import { BAD_INPUT, Refusal } from './exit.ts';
import { Output } from './output.ts';
import { reportFinding } from './report.ts';
import { type CommonOptions, refuseTrailing, scanInput } from './scan.ts';

/** `check`: decodes everything, verifies everything, and says where and why it stops. */
export async function check(path: string | undefined, options: CommonOptions): Promise<void> {
  const output = new Output();
  let handler!: CheckHandler;
  const result = await scanInput(path, options, (name) => {
    handler = new CheckHandler((finding) => reportFinding(name, finding, options.json ?? false));
    return { handler };
  });
  refuseTrailing(result, options);
  const { name, scanner } = result;
  const { keys, duplicateKeys, comparedKeys } = handler;
  if (duplicateKeys > 0) {
    throw new Refusal(
      BAD_INPUT,
      `${name}: ${duplicateKeys} keys stand twice in their database; a server refuses to load it`,
    );
  }
  const checksum = handler.eof?.checksum ?? 'absent';
  if (options.json) {
    const { version, family } = scanner;
    output.text(
      `${JSON.stringify({ file: name, ok: true, family, version, keys, size: scanner.offset, checksum, comparedKeys })}\n`,
    );
    return;
  }
  const compared = comparedKeys === undefined ? '' : `, duplicates looked for among the first ${comparedKeys} keys`;
  const sum = checksum === 'verified' ? 'checksum verified' : 'without a checksum';
  output.text(
    `${name}: OK: RDB version ${scanner.version} (${scanner.family}), ${keys} keys, ${scanner.offset} bytes, ${sum}${compared}\n`,
  );
}

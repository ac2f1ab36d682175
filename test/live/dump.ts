import { decodeDump } from '../../src/index.ts';
import type { JsonObject } from '../helpers/json.ts';
import { asJson, valueJson } from '../helpers/record-json.ts';

/** The value of a DUMP payload as the JSON of a key, less `db` and `key`. */
export function dumpJson(payload: Uint8Array): JsonObject {
  const dump = decodeDump(payload, { strings: 'latin1' });
  const { value, beside } = valueJson(dump);
  return asJson({ type: dump.type, encoding: dump.encoding, value, ...beside });
}

import { convertParts } from './convert.ts';
import type { ScanFrame } from './handler.ts';
import type { KeyFrame, KeyType } from './records.ts';
import type { S, StringMaker } from './strings.ts';

/** Any record of the key at hand; all have one shape, as what handles records slows down with every further one. */
export type KeyShape = KeyFrame<S> & { kind: string; type: KeyType; value: unknown };

/** @param raw says also where the value begins in the stored bytes */
export function keyShape(frame: ScanFrame, strings: StringMaker, raw: boolean): KeyShape {
  const at = frame.expiresAt;
  const shape: KeyShape = {
    kind: 'key',
    offset: frame.offset,
    db: frame.db,
    key: strings.make(frame.bytes, frame.start, frame.end),
    type: frame.type,
    encoding: frame.encoding,
    expiresAt: at === undefined ? undefined : Number(at),
    idle: frame.idle,
    freq: frame.freq,
    value: undefined,
    meta: frame.meta?.map((one) => ({ ...one, parts: convertParts(one.parts, strings.convert) })),
    memberExpires: undefined,
    typeId: frame.typeId,
    raw: undefined,
    valueStart: raw ? frame.valueStart : undefined,
  };
  if (typeof at === 'bigint') shape.exact = { expiresAt: at };
  return shape;
}

import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { type ErrorCode, type ErrorContext, RedisFileError, readRdb } from '../../src/index.ts';
import { all, rejectionOf } from '../helpers/encode-bytes.ts';

afterEach(() => {
  vi.resetModules();
});

describe('RedisFileError', () => {
  it('is an Error with a code, an offset, a context and a cause', () => {
    const cause = new Error('below');
    const error = new RedisFileError('BAD_LENGTH', 'what happened', { offset: 5, context: { db: 3 }, cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'RedisFileError',
      message: 'what happened',
      code: 'BAD_LENGTH',
      offset: 5,
      context: { db: 3 },
      cause,
    });
    expect(String(error)).toBe('RedisFileError: what happened');
    expect(error.stack).toContain('errors.test.ts');
    const bare = new RedisFileError('IO', 'no more');
    expect(bare.offset).toBeUndefined();
    expect(bare.context).toEqual({});
    expect('cause' in bare).toBe(false);
    expectTypeOf(error.code).toEqualTypeOf<ErrorCode>();
    expectTypeOf(error.offset).toEqualTypeOf<number | undefined>();
    expectTypeOf(error.context).toEqualTypeOf<ErrorContext>();
  });

  it('shows nothing of how it is recognised', () => {
    const error = new RedisFileError('IO', 'no more');
    expect(Object.keys(error).sort()).toEqual(['code', 'context', 'name', 'offset']);
    expect(JSON.parse(JSON.stringify(error))).toEqual({ code: 'IO', context: {}, name: 'RedisFileError' });
  });

  it('is recognised', () => {
    expect(RedisFileError.is(new RedisFileError('IO', 'no more'))).toBe(true);
    class Mine extends RedisFileError {}
    expect(RedisFileError.is(new Mine('IO', 'no more'))).toBe(true);
    const looksAlike = Object.assign(new Error('no more'), { name: 'RedisFileError', code: 'IO' });
    for (const other of [looksAlike, { code: 'IO' }, null, undefined, 'IO', 5, Symbol('IO'), () => 'IO']) {
      expect(RedisFileError.is(other)).toBe(false);
    }
    const error: unknown = new RedisFileError('IO', 'no more');
    if (RedisFileError.is(error)) expectTypeOf(error).toEqualTypeOf<RedisFileError>();
  });

  it('is recognised when it comes from another copy of the library', async () => {
    vi.resetModules();
    const other = await import('../../src/index.ts');
    expect(other.RedisFileError).not.toBe(RedisFileError);
    const error = await rejectionOf(all(other.readRdb(Uint8Array.of(1, 2, 3, 4, 5))));
    expect(error).toBeInstanceOf(other.RedisFileError);
    expect(error).not.toBeInstanceOf(RedisFileError);
    expect(RedisFileError.is(error)).toBe(true);
    expect(other.RedisFileError.is(await rejectionOf(all(readRdb(Uint8Array.of(1, 2, 3, 4, 5)))))).toBe(true);
  });

  it('says what was being read', async () => {
    const file = Uint8Array.from([...Buffer.from('REDIS0003'), 0xfe, 3, 0, 1, 0x6b, 1, 0x76, 1, 1, 0x6c, 2, 1, 0x61]);
    const error = (await rejectionOf(all(readRdb(file)))) as RedisFileError;
    expect(error).toMatchObject({
      code: 'UNEXPECTED_EOF',
      offset: file.length,
      context: { db: 3, key: Uint8Array.of(0x6c), type: 'list', records: 3 },
    });
    expect(error.context.phase).toContain('list');
    expect(error.message).toContain(String(file.length));
    // Owned.
    file.fill(0);
    expect(error.context.key).toEqual(Uint8Array.of(0x6c));
  });
});

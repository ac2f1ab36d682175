/** Bytes that begin a record which is no key (redis: src/rdb.h, RDB_OPCODE_*). */
export const EOF = 255;
export const SELECTDB = 254;
export const EXPIRETIME = 253;
export const EXPIRETIME_MS = 252;
export const RESIZEDB = 251;
export const AUX = 250;
export const FREQ = 249;
export const IDLE = 248;
export const MODULE_AUX = 247;
export const FUNCTION_PRE_GA = 246;
export const FUNCTION2 = 245;
export const SLOT_INFO = 244;
/** In files of Redis, from RDB 13. */
export const KEY_META = 243;
/** In files of Valkey, from RDB 80. */
export const SLOT_IMPORT = 243;
/** In files of Redis, from RDB 15. */
export const HASH_TEMPLATE = 242;

/** Opcodes grow downwards; a byte below this can only be a value type. */
export const FIRST_OPCODE = 200;

/** Redis Enterprise: before the type byte, one LEN (recency of use in RAM). */
export const ENTERPRISE_LRU = 107;
/** Redis Enterprise: one LEN, the slot. */
export const ENTERPRISE_SLOT = 121;

/** Dragonfly (dragonfly: src/server/rdb_extensions.h). */
export const DF_FULLSYNC_END = 200;
export const DF_ZSTD_BLOB = 201;
export const DF_LZ4_BLOB = 202;
export const DF_BLOB_END = 203;
export const DF_JOURNAL_OFFSET = 211;
export const DF_FLAGS = 220;

/** Names for messages. */
export function opcodeName(opcode: number): string {
  switch (opcode) {
    case EOF:
      return 'EOF';
    case SELECTDB:
      return 'SELECTDB';
    case EXPIRETIME:
      return 'EXPIRETIME';
    case EXPIRETIME_MS:
      return 'EXPIRETIME_MS';
    case RESIZEDB:
      return 'RESIZEDB';
    case AUX:
      return 'AUX';
    case FREQ:
      return 'FREQ';
    case IDLE:
      return 'IDLE';
    case MODULE_AUX:
      return 'MODULE_AUX';
    case FUNCTION_PRE_GA:
    case FUNCTION2:
      return 'FUNCTION';
    case SLOT_INFO:
      return 'SLOT_INFO';
    case KEY_META:
      return 'KEY_META';
    case HASH_TEMPLATE:
      return 'HASH_TEMPLATE';
    default:
      return `opcode ${opcode}`;
  }
}

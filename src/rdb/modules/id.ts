/** The characters of module names, each six bits (redis: src/module.c, ModuleTypeNameCharSet). */
export const CHARSET: string = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** What a module type id says: nine characters of six bits, then ten bits of version (redis: src/module.c, moduleTypeEncodeId). */
export function parseModuleId(id: number | bigint): { module: string; version: number } {
  const bits = BigInt(id);
  let module = '';
  for (let shift = 58n; shift >= 10n; shift -= 6n) module += CHARSET[Number((bits >> shift) & 63n)];
  return { module, version: Number(bits & 1023n) };
}

/** What the 32 bits before key metadata say: four characters, five bits of version, three of flags (redis: src/keymeta.c). */
export function parseMetaClass(spec: number): { class: string; version: number; flags: number } {
  let name = '';
  for (let shift = 26; shift >= 8; shift -= 6) name += CHARSET[(spec >>> shift) & 63];
  return { class: name, version: (spec >>> 3) & 31, flags: spec & 7 };
}

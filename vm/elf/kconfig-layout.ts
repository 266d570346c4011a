// Where the options of a kernel's configuration that an object asks for lie in its map .kconfig.
// @see tools/lib/bpf/libbpf.c cmp_externs, find_kcfg_type
import type { Btf } from '../btf/btf.ts';
import { plainType, sizeOf } from '../btf/query.ts';

/** What a variable takes: 'tristate' is enum libbpf_tristate. */
export type KconfigKind = 'bool' | 'char' | 'int' | 'tristate' | 'text';

/** A variable's place in the map. */
export interface KconfigPlace {
  readonly name: string;
  readonly kind: KconfigKind;
  readonly off: number;
  readonly bytes: number;
  readonly isSigned: boolean;
}

/** What a variable of a type takes; undefined for a type that no option has. */
export function kconfigKind(types: Btf, id: number): KconfigKind | undefined {
  const record = plainType(types, id);
  switch (record.kind) {
    case 'int':
      if (record.isBool) return record.bytes === 1 ? 'bool' : undefined;
      if (record.bytes === 1) return 'char';
      return [2, 4, 8].includes(record.bytes) ? 'int' : undefined;
    case 'enum':
      return record.name === 'libbpf_tristate' ? 'tristate' : undefined;
    case 'array':
      return record.count > 0 && kconfigKind(types, record.type) === 'char' ? 'text' : undefined;
    default:
      return undefined;
  }
}

/** Lays out variables: strictest alignment first, then the smallest, then by name. `type` is that of the variable's value. */
export function layOutKconfig(
  types: Btf,
  variables: readonly { readonly name: string; readonly type: number; readonly kind: KconfigKind }[],
): KconfigPlace[] {
  const sized = variables.map(({ name, type, kind }) => {
    const record = plainType(types, type);
    const isSigned = record.kind === 'int' && record.isSigned;
    const bytes = sizeOf(types, type) ?? 0;
    return { name, kind, isSigned, bytes, align: kind === 'text' ? 1 : bytes };
  });
  sized.sort((a, b) => b.align - a.align || a.bytes - b.bytes || (a.name < b.name ? -1 : 1));
  let end = 0;
  return sized.map(({ name, kind, isSigned, bytes, align }) => {
    const off = Math.ceil(end / align) * align;
    end = off + bytes;
    return { name, kind, off, bytes, isSigned };
  });
}

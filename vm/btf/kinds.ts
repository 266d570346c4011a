// The kinds of types as BTF writes them.
import type { BtfKind } from './btf.ts';

/** Bytes of the three words that every type begins with: name; vlen, kind and kind_flag; size or type. */
export const TYPE_BYTES = 12;

/** How a kind looks on the wire. */
export interface KindRow {
  readonly kind: BtfKind;
  /** Bytes behind the three words: so many, and so many for each of the type's `vlen` parts. */
  readonly fixed: number;
  readonly each: number;
  /** What the third word holds: the size in bytes, the id of a type, or nothing. */
  readonly word: 'size' | 'type' | 'none';
  /** Where in the bytes behind the words ids of other types stand: in the fixed ones, or in each part. */
  readonly ids?: readonly number[];
  /** Where the name of each part stands. */
  readonly partName?: number;
}

/** By number. @see include/uapi/linux/btf.h BTF_KIND_* */
// oxfmt-ignore
export const WIRE_KINDS: readonly (KindRow | undefined)[] = [
  undefined,
  { kind: 'int',        fixed: 4,  each: 0,  word: 'size' },
  { kind: 'ptr',        fixed: 0,  each: 0,  word: 'type' },
  { kind: 'array',      fixed: 12, each: 0,  word: 'none', ids: [0, 4] },
  { kind: 'struct',     fixed: 0,  each: 12, word: 'size', ids: [4], partName: 0 },
  { kind: 'union',      fixed: 0,  each: 12, word: 'size', ids: [4], partName: 0 },
  { kind: 'enum',       fixed: 0,  each: 8,  word: 'size', partName: 0 },
  { kind: 'fwd',        fixed: 0,  each: 0,  word: 'none' },
  { kind: 'typedef',    fixed: 0,  each: 0,  word: 'type' },
  { kind: 'volatile',   fixed: 0,  each: 0,  word: 'type' },
  { kind: 'const',      fixed: 0,  each: 0,  word: 'type' },
  { kind: 'restrict',   fixed: 0,  each: 0,  word: 'type' },
  { kind: 'func',       fixed: 0,  each: 0,  word: 'type' },
  { kind: 'func_proto', fixed: 0,  each: 8,  word: 'type', ids: [4], partName: 0 },
  { kind: 'var',        fixed: 4,  each: 0,  word: 'type' },
  { kind: 'datasec',    fixed: 0,  each: 12, word: 'size', ids: [0] },
  { kind: 'float',      fixed: 0,  each: 0,  word: 'size' },
  { kind: 'decl_tag',   fixed: 4,  each: 0,  word: 'type' },
  { kind: 'type_tag',   fixed: 0,  each: 0,  word: 'type' },
  { kind: 'enum',       fixed: 0,  each: 12, word: 'size', partName: 0 },
];

/** Numbers that the reader needs by name. */
export const KIND = {
  ptr: 2,
  array: 3,
  struct: 4,
  union: 5,
  typedef: 8,
  volatile: 9,
  const: 10,
  restrict: 11,
  func: 12,
  funcProto: 13,
  var: 14,
  declTag: 17,
  typeTag: 18,
  enum64: 19,
} as const satisfies Record<string, number>;

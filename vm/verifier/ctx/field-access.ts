// Whether a load or store of a struct that is described by fields may be made.
import { hasRight, type CtxField, type CtxKind, type CtxLayout } from '../../kernel/ctx.ts';
import type { ProgTypeName } from '../../kernel/prog-types.ts';

/** A load or store. `off` is not negative. */
export interface FieldAccess {
  readonly type: ProgTypeName;
  readonly attachType: number;
  readonly off: number;
  readonly bytes: number;
  readonly access: 'read' | 'write';
  readonly isSigned: boolean;
}

/** A field by its name. */
export interface NamedField {
  readonly name: string;
  readonly field: CtxField;
}

const INDEXES = new WeakMap<CtxLayout, readonly (NamedField | undefined)[]>();

/** The field that byte `off` lies in, undefined for padding and what is behind the struct. */
export function fieldAt(layout: CtxLayout, off: number): NamedField | undefined {
  let index = INDEXES.get(layout);
  if (index === undefined) {
    index = indexOf(layout);
    INDEXES.set(layout, index);
  }
  return index[off];
}

function indexOf(layout: CtxLayout): (NamedField | undefined)[] {
  const index: (NamedField | undefined)[] = [];
  for (const [name, field] of Object.entries(layout)) {
    const named = { name, field };
    for (let off = field.off; off < field.off + field.size; off++) index[off] = named;
  }
  return index;
}

/** Why an access is refused: nobody may, programs like this one may not, the offset or the size does not fit. */
export type FieldProblem = 'none' | 'padding' | 'right' | 'attach' | 'aligned' | 'size' | 'signed';

/** Says whether an access may be made: 'none' when it may. */
export function fieldProblem(named: NamedField | undefined, access: FieldAccess): FieldProblem {
  if (named === undefined) return 'padding';
  const { field } = named;
  const { off, bytes, access: direction, isSigned } = access;
  if (off % bytes !== 0) return 'aligned';
  const isRead = direction === 'read';
  if (!hasRight(isRead ? field.read : field.write, access.type)) return 'right';
  const attach = isRead ? field.readAt : field.writeAt;
  if (attach !== undefined && !attach.includes(access.attachType)) return 'attach';
  if (isSigned && SHORT_POINTERS.has(field.kind)) return 'signed';
  return isRead ? loadProblem(field, off, bytes) : storeProblem(field, off, bytes);
}

/** Pointers into packets, that are half as long in the struct as they are once loaded. */
const SHORT_POINTERS: ReadonlySet<CtxKind> = new Set(['pkt', 'pkt_meta', 'pkt_end']);

function loadProblem(field: CtxField, off: number, bytes: number): FieldProblem {
  const { size, element = size, narrow, least = 1, alsoLoads } = field;
  if (alsoLoads === bytes && off === field.off) return 'none';
  if (bytes < least || off + bytes > field.off + size) return 'size';
  if (narrow === 'both') return 'none';
  if (bytes === element) return (off - field.off) % element === 0 ? 'none' : 'aligned';
  if (bytes < element)
    return narrow === 'loads' || (narrow === 'start' && off === field.off) ? 'none' : 'size';
  return isPair(field, off, bytes) ? 'none' : 'size';
}

function storeProblem(field: CtxField, off: number, bytes: number): FieldProblem {
  const { size, element = size, narrow } = field;
  if (off + bytes > field.off + size) return 'size';
  if (narrow === 'both') return 'none';
  if (bytes !== element) return isPair(field, off, bytes) ? 'none' : 'size';
  return (off - field.off) % element === 0 ? 'none' : 'aligned';
}

/** @see bpf_ctx_wide_access_ok */
function isPair({ pairs, size, element = size, off: start }: CtxField, off: number, bytes: number): boolean {
  return pairs === true && bytes === 2 * element && off % bytes === 0 && off + bytes <= start + size;
}

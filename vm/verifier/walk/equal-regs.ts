// Whether what was verified for one register holds for another.
import type { Linked, Reg, SlotObject } from '../reg.ts';
import { contains } from '../scalar-narrow.ts';
import type { Scalar } from '../scalar.ts';
import type { IdMap } from './id-map.ts';

/**
 * How states are compared. `loose`: what was not relied on may differ; `within`: nothing is known of what is relied on, so every number must lie
 * in the range it had; `exact`: all is the same but for ids.
 * @see kernel/bpf/verifier.c enum exact_level
 */
export type Likeness = 'loose' | 'within' | 'exact';

/** True when a program that is safe with `old` is safe with `cur`. @see regsafe */
export function isRegSafe(old: Reg, cur: Reg, ids: IdMap, likeness: Likeness): boolean {
  if (likeness === 'exact') return isSameUpToIds(old, cur, ids);
  if (old.type === 'not_init' && (likeness === 'loose' || cur.type === 'not_init')) return true;
  if (old.type !== cur.type || old.flags !== cur.flags) return false;
  switch (old.type) {
    case 'scalar':
      return (!old.precise && likeness === 'loose') || isScalarSafe(old, cur, ids);
    case 'map_key':
    case 'map_value':
    case 'mem':
    case 'buf':
    case 'tp_buffer':
      return (
        hasSameBase(old, cur) &&
        contains(old.scalar, cur.scalar) &&
        ids.match(old.id, cur.id) &&
        ids.match(old.refId, cur.refId)
      );
    case 'pkt':
    case 'pkt_meta':
      return isPacketSafe(old, cur, ids);
    case 'stack':
      return isSameUpToIds(old, cur, ids) && old.frame === cur.frame;
    case 'arena':
      return true;
    default:
      return isSameUpToIds(old, cur, ids);
  }
}

function isScalarSafe(old: Reg, cur: Reg, ids: IdMap): boolean {
  if (old.id !== 0) {
    if (old.linked !== cur.linked) return false;
    if (old.linked !== 'equal' && old.off !== cur.off) return false;
    if (!matchLinked(old, cur, ids)) return false;
  }
  return contains(old.scalar, cur.scalar);
}

/** What was not linked may be now; what was must be in the same way. @see check_scalar_ids */
function matchLinked(old: Reg, cur: Reg, ids: IdMap): boolean {
  const curId = cur.id === 0 ? ids.fresh() : fullId(cur);
  if (!ids.match(fullId(old), curId)) return false;
  return old.linked === 'equal' || ids.match(old.id, cur.id);
}

function isPacketSafe(old: Reg, cur: Reg, ids: IdMap): boolean {
  // -1 and -2 stand for what lies at or behind the packet's end
  if (old.range < 0 || cur.range < 0 ? old.range !== cur.range : old.range > cur.range) return false;
  return old.off === cur.off && ids.match(old.id, cur.id) && contains(old.scalar, cur.scalar);
}

/** All is the same, and ids can be paired. @see regs_exact */
export function isSameUpToIds(old: Reg, cur: Reg, ids: IdMap): boolean {
  return hasSameContents(old, cur) && ids.match(fullId(old), fullId(cur)) && ids.match(old.refId, cur.refId);
}

/** All is the same, ids too. @see states_maybe_looping */
export function isSame(a: Reg, b: Reg): boolean {
  return a === b || (hasSameContents(a, b) && fullId(a) === fullId(b) && a.refId === b.refId);
}

/** All but ids is the same. */
export function hasSameContents(a: Reg, b: Reg): boolean {
  return (
    a === b ||
    (a.type === b.type && a.flags === b.flags && hasSameBase(a, b) && isSameScalar(a.scalar, b.scalar))
  );
}

/** What an id becomes by the way it links. Far above all ids. */
const LINK_BITS = { equal: 0, add64: 2 ** 40, add32: 2 ** 41 } as const satisfies Record<Linked, number>;

function fullId({ id, linked }: Reg): number {
  return id + LINK_BITS[linked];
}

/** What a pointer points into, and its fixed offset, are the same. */
function hasSameBase(a: Reg, b: Reg): boolean {
  return (
    a.off === b.off &&
    a.range === b.range &&
    a.map === b.map &&
    a.mapUid === b.mapUid &&
    a.memBytes === b.memBytes &&
    a.dynptrId === b.dynptrId &&
    a.subprog === b.subprog &&
    a.object === b.object &&
    a.btf?.id === b.btf?.id &&
    a.btf?.btf === b.btf?.btf &&
    isSameObject(a.slot, b.slot)
  );
}

function isSameObject(a: SlotObject | undefined, b: SlotObject | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  if (a.kind === 'dynptr') return b.kind === 'dynptr' && a.dynptr === b.dynptr && a.isFirst === b.isFirst;
  if (a.kind === 'irq_flag') return b.kind === 'irq_flag' && a.lock === b.lock;
  return b.kind === 'iter' && a.iter === b.iter && a.state === b.state && a.depth === b.depth;
}

function isSameScalar(a: Scalar, b: Scalar): boolean {
  return (
    a === b ||
    (a.umin === b.umin &&
      a.umax === b.umax &&
      a.smin === b.smin &&
      a.smax === b.smax &&
      a.u32min === b.u32min &&
      a.u32max === b.u32max &&
      a.s32min === b.s32min &&
      a.s32max === b.s32max &&
      a.bits.value === b.bits.value &&
      a.bits.mask === b.bits.mask)
  );
}

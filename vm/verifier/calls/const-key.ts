// Keys that are known: a look-up of such a key in an array finds its value.
import { hasFlag, type MapTypeName } from '../../maps/types.ts';
import type { MapSpec } from '../../object.ts';
import type { Env } from '../env.ts';
import { markSlotPrecise } from '../precision.ts';
import type { Reg } from '../reg.ts';
import { isConst } from '../scalar.ts';
import { BYTES, byteKind, EMPTY_SLOT, isSpill } from '../state.ts';

const ALWAYS_FULL: readonly string[] = ['array', 'percpu_array'] satisfies MapTypeName[];

/** True for maps in which each key below the number of entries has a value. Where others of any length may stand in its place, none has for certain. @see can_elide_value_nullness */
export function isAlwaysFull({ type, flags }: MapSpec): boolean {
  return ALWAYS_FULL.includes(type) && !hasFlag(flags, 'inner_map');
}

/** The key of `bytes` that a register points at, as s64; undefined when it is not known. Relies on what is spilled there. @see get_constant_map_key */
export function constantKey(env: Env, key: Reg, bytes: number): bigint | undefined {
  if (key.type !== 'stack' || !isConst(key.scalar)) return undefined;
  const off = key.off + Number(key.scalar.smin);
  const slotNumber = (-off - 1) >> 3;
  const slot = env.frameOf(key).stack[slotNumber] ?? EMPTY_SLOT;
  const first = off & 7;
  if (countOf(BYTES.zero.code, slot.kinds, first) >= bytes) return 0n;
  if (!isSpill(slot) || slot.reg.type !== 'scalar') return undefined;
  if (countOf(BYTES.spill.code, slot.kinds, first) !== bytes || !isConst(slot.reg.scalar)) return undefined;
  markSlotPrecise(env, key.frame, slotNumber);
  return slot.reg.scalar.smin;
}

/** Bytes of a kind from byte `first` of the slot up. */
function countOf(kind: number, kinds: number, first: number): number {
  let count = 0;
  while (first + count < 8 && byteKind({ kinds, reg: EMPTY_SLOT.reg }, first + count) === kind) count += 1;
  return count;
}

// What a register, or a spilled stack slot, holds.
import type { ObjectType } from '../object.ts';
import type { BtfType } from './btf-type.ts';
import { UNKNOWN, ZERO, type Scalar } from './scalar.ts';
import type { VerifierMap } from './input.ts';

/** By the kernel's names, as its log prints them in REG_TYPES. @see include/linux/bpf.h enum bpf_reg_type */
// oxfmt-ignore
export const REG_TYPES = {
  not_init:    { text: '?' },
  scalar:      { text: 'scalar' },
  ctx:         { text: 'ctx' },
  flow_keys:   { text: 'flow_keys' },
  map_ptr:     { text: 'map_ptr' },
  map_value:   { text: 'map_value' },
  map_key:     { text: 'map_key' },
  stack:       { text: 'fp' },
  pkt_meta:    { text: 'pkt_meta' },
  pkt:         { text: 'pkt' },
  pkt_end:     { text: 'pkt_end' },
  sock:        { text: 'sock' },
  sock_common: { text: 'sock_common' },
  tcp_sock:    { text: 'tcp_sock' },
  tp_buffer:   { text: 'tp_buffer' },
  xdp_sock:    { text: 'xdp_sock' },
  btf_id:      { text: 'ptr_' },
  mem:         { text: 'mem' },
  arena:       { text: 'arena' },
  buf:         { text: 'buf' },
  func:        { text: 'func' },
  dynptr:      { text: 'dynptr_ptr' },
} as const satisfies Record<string, { text: string }>;
export type RegType = keyof typeof REG_TYPES;

/** Flags that narrow a type, as bits. @see include/linux/bpf.h enum bpf_type_flag */
// oxfmt-ignore
export const FLAGS = {
  maybe_null:  1 << 0,
  rdonly:      1 << 1,
  ringbuf:     1 << 2,   // memory of a ring buffer record
  user:        1 << 3,
  percpu:      1 << 4,
  untrusted:   1 << 5,
  trusted:     1 << 6,
  alloc:       1 << 7,   // MEM_ALLOC: an object that programs make
  rcu:         1 << 8,
  non_own_ref: 1 << 9,
  // Of mem: part of what a dynptr of this kind points at.
  dynptr_local:    1 << 10,
  dynptr_ringbuf:  1 << 11,
  dynptr_skb:      1 << 12,
  dynptr_xdp:      1 << 13,
  dynptr_skb_meta: 1 << 14,
} as const satisfies Record<string, number>;

/** `Reg.linked`: how the number relates to others with the same id: equal, or by `off` apart. @see enum BPF_ADD_CONST */
export type Linked = 'equal' | 'add64' | 'add32';

/** What a dynptr, an iterator or a saved interrupt flag on the stack is. In the first of its slots and repeated in the others. */
export type SlotObject =
  | { readonly kind: 'dynptr'; readonly dynptr: DynptrKind; readonly isFirst: boolean }
  | {
      readonly kind: 'iter';
      /** 'num', 'bits', 'task' ...: bpf_iter_NAME. */
      readonly iter: string;
      readonly state: 'active' | 'drained';
      readonly depth: number;
      readonly isFirst: boolean;
    }
  | { readonly kind: 'irq_flag'; readonly lock: 'native' | 'lock' };
export type DynptrKind = 'local' | 'ringbuf' | 'skb' | 'skb_meta' | 'xdp';

/**
 * Contents of a register. Never changed: `withReg` gives a copy that differs. One shape for all types, so that engines keep it fast; fields that
 * a type does not use hold the values of `NOT_INIT`.
 * @see include/linux/bpf_verifier.h struct bpf_reg_state
 */
export interface Reg {
  readonly type: RegType;
  /** Sum of FLAGS. */
  readonly flags: number;
  /** A scalar: what is known of it. A pointer: what is known of the variable part of its offset. */
  readonly scalar: Scalar;
  /** Bytes, s32: the fixed part of a pointer's offset; of a linked scalar its distance. */
  readonly off: number;
  /** Of scalars: those with the same id, not 0, are related as `linked` says. Of pointers: those that come from the same check or object. */
  readonly id: number;
  readonly linked: Linked;
  /** Id of the reference that the pointer stands for, or lives in; 0 none. */
  readonly refId: number;
  /** The value matters to what was verified: states that are compared must agree on it. */
  readonly precise: boolean;
  /** Of map_ptr, map_value, map_key. */
  readonly map: VerifierMap | undefined;
  /** Tells values of inner maps apart; 0 for maps that the program names. */
  readonly mapUid: number;
  /** Of pkt and pkt_meta: bytes behind the pointer's variable part that are known to be there. */
  readonly range: number;
  /** Of mem: bytes; of tp_buffer and buf unused. */
  readonly memBytes: number;
  /** Id of the dynptr that the memory belongs to; 0 none. */
  readonly dynptrId: number;
  /** Of stack: number of the frame. */
  readonly frame: number;
  /** Of func: index of the subprogram. */
  readonly subprog: number;
  /** Of btf_id: the type behind the pointer. */
  readonly btf: BtfType | undefined;
  /** Of btf_id with FLAGS.alloc: the program's own type, where the object says it without BTF. */
  readonly object: ObjectType | undefined;
  /** On the stack only. */
  readonly slot: SlotObject | undefined;
}

/** Nothing was ever written. */
export const NOT_INIT: Reg = makeReg('not_init', UNKNOWN);

/** A number of which nothing is known. */
export const UNKNOWN_REG: Reg = makeReg('scalar', UNKNOWN);
/** 0. */
export const ZERO_REG: Reg = makeReg('scalar', ZERO);

/** A register of a type; all else as for one that holds nothing. */
export function makeReg(type: RegType, scalar: Scalar = ZERO): Reg {
  return {
    type,
    flags: 0,
    scalar,
    off: 0,
    id: 0,
    linked: 'equal',
    refId: 0,
    precise: false,
    map: undefined,
    mapUid: 0,
    range: 0,
    memBytes: 0,
    dynptrId: 0,
    frame: 0,
    subprog: 0,
    btf: undefined,
    object: undefined,
    slot: undefined,
  };
}

/** A register that holds this number, nothing else known of it. */
export function scalarReg(scalar: Scalar): Reg {
  return makeReg('scalar', scalar);
}

/** A copy with some fields set. */
export function withReg(reg: Reg, fields: Partial<Reg>): Reg {
  return {
    type: fields.type ?? reg.type,
    flags: fields.flags ?? reg.flags,
    scalar: fields.scalar ?? reg.scalar,
    off: fields.off ?? reg.off,
    id: fields.id ?? reg.id,
    linked: fields.linked ?? reg.linked,
    refId: fields.refId ?? reg.refId,
    precise: fields.precise ?? reg.precise,
    map: 'map' in fields ? fields.map : reg.map,
    mapUid: fields.mapUid ?? reg.mapUid,
    range: fields.range ?? reg.range,
    memBytes: fields.memBytes ?? reg.memBytes,
    dynptrId: fields.dynptrId ?? reg.dynptrId,
    frame: fields.frame ?? reg.frame,
    subprog: fields.subprog ?? reg.subprog,
    btf: 'btf' in fields ? fields.btf : reg.btf,
    object: 'object' in fields ? fields.object : reg.object,
    slot: 'slot' in fields ? fields.slot : reg.slot,
  };
}

export function hasFlag(reg: Reg, flag: keyof typeof FLAGS): boolean {
  return (reg.flags & FLAGS[flag]) !== 0;
}

export function isPointer(reg: Reg): boolean {
  return reg.type !== 'scalar' && reg.type !== 'not_init';
}

export function isPacketPointer(reg: Reg): boolean {
  return reg.type === 'pkt' || reg.type === 'pkt_meta';
}

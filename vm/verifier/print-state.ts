// A state as the kernel's log prints it. @see kernel/bpf/log.c
import type { ShownState } from './log.ts';
import { hasFlag, isPacketPointer, type Reg, type SlotObject } from './reg.ts';
import { isConst, type Scalar } from './scalar.ts';
import { BYTES, byteKind, isSpill, type Slot } from './state.ts';
import type { Tnum } from './tnum.ts';
import { typeText } from './type-text.ts';

/** ` frame1: R0=3 R10=fp0 fp-8=mmmm???? refs=2 cb`; of frame 0 without its name. */
export function printState({ frameno, regs, slots, held, isCallback, isAsyncCallback }: ShownState): string {
  const words: string[] = frameno === 0 ? [] : [`frame${frameno}:`];
  for (const { reg, value } of regs) words.push(`R${reg}=${printReg(value, frameno)}`);
  for (const { slot, value } of slots) {
    const text = printSlot(value, frameno);
    if (text !== undefined) words.push(`fp${-8 * (slot + 1)}=${text}`);
  }
  const ids = held.map(({ id }) => id).filter((id) => id !== 0);
  // the kernel looks at the first only: behind the lock of a map's value, which has no id, none are shown
  if (held.length > 0 && held[0]!.id !== 0) words.push(`refs=${ids.join(',')}`);
  if (isCallback) words.push('cb');
  if (isAsyncCallback) words.push('async_cb');
  return words.map((word) => ` ${word}`).join('');
}

/** A register in frame `frameno`: `scalar(umax=7,...)`, `map_value(map=m,ks=4,vs=8)`. @see print_reg_state */
export function printReg(reg: Reg, frameno: number): string {
  const { type, scalar, off } = reg;
  const precise = type === 'scalar' && reg.precise ? 'P' : '';
  if (type === 'scalar' && isConst(scalar)) return `${precise}${signed(scalar.bits.value)}`;
  const name = `${precise}${typeText(reg)}`;
  if (type === 'arena') return name;
  if (type === 'stack') {
    const frame = reg.frame === frameno ? '' : `[${reg.frame}]`;
    if (isConst(scalar)) return `${name}${frame}${signed(scalar.bits.value + BigInt(off))}`;
    return `${name}${frame}(${attributes(reg).join(',')})`;
  }
  return `${name}${btfName(reg)}(${attributes(reg).join(',')})`;
}

function btfName({ type, btf, object }: Reg): string {
  if (type !== 'btf_id') return '';
  if (btf === undefined) return object?.name ?? '';
  const record = btf.btf.type(btf.id);
  return 'name' in record ? record.name : '';
}

function attributes(reg: Reg): string[] {
  const { type, scalar, off, map } = reg;
  const list: string[] = [];
  if (reg.id !== 0) list.push(`id=${reg.id}${reg.linked === 'equal' ? '' : `${off < 0 ? '' : '+'}${off}`}`);
  if (reg.refId !== 0) list.push(`ref_obj_id=${reg.refId}`);
  if (hasFlag(reg, 'non_own_ref')) list.push('non_own_ref');
  if (map !== undefined && type.startsWith('map_')) {
    if (map.spec.name !== '') list.push(`map=${map.spec.name.slice(0, MAP_NAME_CHARS)}`);
    list.push(`ks=${map.spec.keySize}`, `vs=${map.spec.valueSize}`);
  }
  if (type !== 'scalar' && off !== 0) list.push(`off=${signed(BigInt(off))}`);
  if (isPacketPointer(reg)) list.push(`r=${unsigned(BigInt.asUintN(64, BigInt(reg.range)))}`);
  if (type === 'mem') list.push(`sz=${unsigned(BigInt(reg.memBytes))}`);
  if (type === 'dynptr' && reg.slot?.kind === 'dynptr') list.push(`type=${reg.slot.dynptr}`);
  if (isConst(scalar)) {
    if (scalar.bits.value !== 0n) list.push(`imm=${signed(scalar.bits.value)}`);
    return list;
  }
  list.push(...ranges(scalar));
  if (scalar.bits.mask !== U64_MAX) list.push(`var_off=${printTnum(scalar.bits)}`);
  return list;
}

/** Characters of a map's name that the kernel keeps. @see include/uapi/linux/bpf.h BPF_OBJ_NAME_LEN */
const MAP_NAME_CHARS = 15;
const U64_MAX = 0xffff_ffff_ffff_ffffn;

/** `smin=umin=3,smax=7`: ends that are not the widest; those of one side that print alike stand together. @see print_scalar_ranges */
function ranges(scalar: Scalar): string[] {
  const ends: readonly (readonly [string, bigint, boolean])[] = [
    ['smin', scalar.smin, scalar.smin === -(1n << 63n)],
    ['smax', scalar.smax, scalar.smax === (1n << 63n) - 1n],
    ['umin', scalar.umin, scalar.umin === 0n],
    ['umax', scalar.umax, scalar.umax === U64_MAX],
    ['smin32', printedS32(scalar.s32min), scalar.s32min === -0x8000_0000],
    ['smax32', printedS32(scalar.s32max), scalar.s32max === 0x7fff_ffff],
    ['umin32', BigInt(scalar.u32min), scalar.u32min === 0],
    ['umax32', BigInt(scalar.u32max), scalar.u32max === 0xffff_ffff],
  ];
  const shown = new Set<number>();
  const list: string[] = [];
  for (const [i, [name, value, isWidest]] of ends.entries()) {
    if (isWidest || shown.has(i)) continue;
    const isNegative = name.startsWith('s') && BigInt.asIntN(64, value) < 0n;
    let names = `${name}=`;
    for (let j = i + 2; j < ends.length; j += 2) {
      const [other, otherValue, otherWidest] = ends[j]!;
      if (otherWidest || shown.has(j) || BigInt.asUintN(64, otherValue) !== BigInt.asUintN(64, value))
        continue;
      const isOtherNegative = other.startsWith('s') && BigInt.asIntN(64, otherValue) < 0n;
      if (isOtherNegative !== isNegative) continue;
      shown.add(j);
      names += `${other}=`;
    }
    list.push(`${names}${name.startsWith('s') ? signed(value) : unsigned(value)}`);
  }
  return list;
}

/** An end of a 32-bit signed range: a 64-bit number where it prints as a decimal, else a u32. */
function printedS32(value: number): bigint {
  return isSmall(BigInt(value)) ? BigInt(value) : BigInt(value >>> 0);
}

/** What stands in a slot: `mmmm????`, a spilled register, an object; undefined for all but the first slot of an object. */
function printSlot(slot: Slot, frameno: number): string | undefined {
  const { reg } = slot;
  const kinds = kindsText(slot);
  if (isSpill(slot)) return `${kinds.slice(0, kinds.indexOf(BYTES.spill.text))}${printReg(reg, frameno)}`;
  const object = reg.slot;
  if (object === undefined || object.kind === 'irq_flag' || slot.kinds >>> 28 < BYTES.dynptr.code)
    return kinds;
  return object.isFirst ? printObject(reg, object) : undefined;
}

function printObject(reg: Reg, object: Exclude<SlotObject, { kind: 'irq_flag' }>): string {
  if (object.kind === 'iter') {
    return `iter_${object.iter}(ref_id=${reg.refId},state=${object.state},depth=${object.depth})`;
  }
  const ids = [
    ['id', reg.id],
    ['ref_id', reg.refId],
    ['dynptr_id', 1], // the kernel prints a field that shares its place with the mark of the first slot
  ] as const;
  const known = ids.filter(([, id]) => id !== 0).map(([name, id]) => `${name}=${id}`);
  return `dynptr_${object.dynptr}(${known.join(',')})`;
}

/** One character a byte, the highest address first. */
function kindsText(slot: Slot): string {
  let text = '';
  for (let i = 7; i >= 0; i--) text += KIND_CHARS[byteKind(slot, i)] ?? '?';
  return text;
}
const KIND_CHARS = Object.values(BYTES)
  .toSorted((a, b) => a.code - b.code)
  .map(({ text }) => text);

/** A number of 64 bits: decimal when it fits in 16 bits, else hexadecimal. */
function signed(value: bigint): string {
  const s64 = BigInt.asIntN(64, value);
  return isSmall(s64) ? `${s64}` : `0x${BigInt.asUintN(64, value).toString(16)}`;
}
function unsigned(value: bigint): string {
  return value <= 0xffffn ? `${value}` : `0x${value.toString(16)}`;
}
function isSmall(value: bigint): boolean {
  return value >= -0x8000n && value <= 0x7fffn;
}

/** `(0x0; 0xff)`, or the number when all bits are known. @see tnum_strn */
export function printTnum({ value, mask }: Tnum): string {
  return mask === 0n ? unsigned(value) : `(0x${value.toString(16)}; 0x${mask.toString(16)})`;
}

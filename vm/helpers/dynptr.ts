// struct bpf_dynptr: a pointer that knows its size, 16 bytes on the program's stack. Programs may write anything there, as nothing verifies them; so
// whatever a dynptr says is checked again with each use.
//
//   0        8                                    12       16
//   | data   | 31: read only, 30..28: kind,       | offset |     data 0: no dynptr, as after a failed reservation
//   | u64    | 23..0: bytes from the offset on    | u32    |     data of a packet: the ctx
//
// @see include/linux/bpf.h struct bpf_dynptr_kern
import { MISSING_PACKET } from '../kernel/net/packet.ts';
import { ERRNO } from '../errno.ts';
import { ADDRESS_HIGH } from '../memory/linear.ts';
import type { HelperContext } from './context.ts';

export const DYNPTR_BYTES = 16;
/** Longest memory behind a dynptr. @see include/linux/bpf.h DYNPTR_MAX_SIZE */
export const MAX_DYNPTR_BYTES = 0xff_ffff;

/** @see include/linux/bpf.h enum bpf_dynptr_type */
export const DYNPTR_KINDS = { local: 1, ringbuf: 2, skb: 3, xdp: 4 } as const satisfies Record<
  string,
  number
>;
const KIND_SHIFT = 28;
const KIND_MASK = 7;
const READ_ONLY = 0x8000_0000;

/** Offset of the dynptr in register `reg`; `write`: the helper changes it. */
export function dynptrIn(context: HelperContext, reg: number, write: boolean): number {
  return context.range(reg, DYNPTR_BYTES, write);
}

/** Makes the dynptr at `at` one for `size` bytes at offset `data`. */
export function setDynptr(
  { memory: { view } }: HelperContext,
  at: number,
  kind: number,
  data: number,
  size: number,
  readOnly = false,
): void {
  view.setUint32(at, data, true);
  view.setInt32(at + 4, ADDRESS_HIGH, true);
  view.setUint32(at + 8, ((readOnly ? READ_ONLY : 0) | (kind << KIND_SHIFT) | size) >>> 0, true);
  view.setUint32(at + 12, 0, true);
}

/** Makes the dynptr at `at` none. */
export function clearDynptr({ memory: { u8 } }: HelperContext, at: number): void {
  u8.fill(0, at, at + DYNPTR_BYTES);
}

export function isNull({ memory: { view } }: HelperContext, at: number): boolean {
  return view.getUint32(at, true) === 0 && view.getUint32(at + 4, true) === 0;
}

export function isReadOnly({ memory: { view } }: HelperContext, at: number): boolean {
  return (view.getUint32(at + 8, true) & READ_ONLY) !== 0;
}

export function kindOf({ memory: { view } }: HelperContext, at: number): number {
  return (view.getUint32(at + 8, true) >>> KIND_SHIFT) & KIND_MASK;
}

export function sizeOf({ memory: { view } }: HelperContext, at: number): number {
  return view.getUint32(at + 8, true) & MAX_DYNPTR_BYTES;
}

/** Narrows the dynptr at `at` to the bytes from `start` up to `end` of it. */
export function narrow({ memory: { view } }: HelperContext, at: number, start: number, end: number): void {
  const flags = view.getUint32(at + 8, true) & ~MAX_DYNPTR_BYTES;
  view.setUint32(at + 8, (flags | (end - start)) >>> 0, true);
  view.setUint32(at + 12, view.getUint32(at + 12, true) + start, true);
}

/** 0, or -E2BIG when `length` bytes from `offset` on are not all within the dynptr. */
export function checkBounds(context: HelperContext, at: number, offset: number, length: number): number {
  const size = sizeOf(context, at);
  return length > size || offset > size - length ? -ERRNO.E2BIG : 0;
}

/** True for a dynptr of the packet; the ctx stands in its data. */
export function isPacket(context: HelperContext, at: number): boolean {
  const kind = kindOf(context, at);
  return kind === DYNPTR_KINDS.skb || kind === DYNPTR_KINDS.xdp;
}

/**
 * Offset of `length` bytes behind the dynptr at `at`, `offset` bytes in. They are within its bounds, but it may be forged: a fault where the
 * program may not touch the bytes itself. -1 where the packet became shorter than the dynptr.
 */
export function bytesBehind(
  context: HelperContext,
  at: number,
  offset: number,
  length: number,
  write: boolean,
): number {
  const { view } = context.memory;
  const kind = kindOf(context, at);
  const inside = view.getUint32(at + 12, true) + offset;
  if (kind === DYNPTR_KINDS.skb || kind === DYNPTR_KINDS.xdp) {
    const { packet } = context.event;
    if (packet?.isMissing(packet.data + inside, length) === true) context.countUnknownRead(MISSING_PACKET);
    if (packet !== undefined) return packet.at(inside, length);
  } else if (kind === DYNPTR_KINDS.local || kind === DYNPTR_KINDS.ringbuf) {
    const from = view.getUint32(at, true) + inside;
    const isOurs = view.getInt32(at + 4, true) === ADDRESS_HIGH;
    if (isOurs && (length === 0 || context.mayTouch(from, length, write))) return from;
  }
  return context.fault('dynptr', `the dynptr names no ${length} bytes that the program may use`);
}

/** Errno (negative) of what goes beyond a packet that became shorter than the dynptr at `at`. */
export function beyondPacket(context: HelperContext, at: number): number {
  return kindOf(context, at) === DYNPTR_KINDS.skb ? -ERRNO.EFAULT : -ERRNO.EINVAL;
}

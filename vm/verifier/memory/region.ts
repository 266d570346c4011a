// Memory of a known size: map values and keys, records, buffers, the packet.
import type { Env } from '../env.ts';
import { printTnum } from '../print-state.ts';
import { hasFlag, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { isConst } from '../scalar.ts';
import { MAX_VAR_OFF } from './stack-bounds.ts';

const S64_MIN = -0x8000_0000_0000_0000n;

/**
 * Refuses an access of `bytes` at `off` (register's offset included) that may leave the `size` bytes behind register `n`. @see check_mem_region_access
 */
export function checkRegion(
  env: Env,
  n: number,
  reg: Reg,
  off: number,
  bytes: number,
  size: number,
  mayBeEmpty: boolean,
): void {
  const { smin, umax } = reg.scalar;
  if (umax === 0n) {
    if (isWithin(off, bytes, size, mayBeEmpty)) return;
  } else if (smin < 0n && (smin === S64_MIN || !isInt(smin + BigInt(off)) || smin + BigInt(off) < 0n)) {
    refuse(env, 'index-negative', [{ reg: n }], n);
  }
  const lowest = lowInt(smin + BigInt(off));
  if (!isWithin(lowest, bytes, size, mayBeEmpty)) {
    env.log.line(regionLine(n, reg, lowest, bytes, size));
    refuse(env, 'region-min', [{ reg: n }], n, lowest, bytes, size);
  }
  if (umax >= MAX_VAR_OFF) refuse(env, 'region-unbounded', [{ reg: n }], n);
  const highest = lowInt(umax + BigInt(off));
  if (!isWithin(highest, bytes, size, mayBeEmpty)) {
    env.log.line(regionLine(n, reg, highest, bytes, size));
    refuse(env, 'region-max', [{ reg: n }], n, highest, bytes, size);
  }
}

/** Refuses an access to the packet behind what was compared with its end. @see check_packet_access */
export function checkPacket(
  env: Env,
  n: number,
  reg: Reg,
  off: number,
  bytes: number,
  mayBeEmpty: boolean,
): void {
  if (reg.scalar.smin < 0n) refuse(env, 'index-negative', [{ reg: n }], n);
  if (reg.range < 0) refuse(env, 'packet-end', [{ reg: n }], n);
  if (isWithin(off, bytes, reg.range, mayBeEmpty)) return;
  env.log.line(regionLine(n, reg, off, bytes, reg.range));
  refuse(env, 'packet-range', [{ reg: n }], n, off, bytes, reg.range);
}

/** Refuses an access to memory whose size is checked when the program is attached: at a constant offset only. @see __check_buffer_access */
export function checkBuffer(env: Env, n: number, reg: Reg, off: number, bytes: number): void {
  const name = reg.type === 'tp_buffer' ? 'tracepoint' : hasFlag(reg, 'rdonly') ? 'rdonly' : 'rdwr';
  if (off < 0) refuse(env, 'buffer-negative', [{ reg: n }], n, name, off, bytes);
  if (!isConst(reg.scalar) || reg.scalar.umax !== 0n) {
    refuse(env, 'buffer-variable', [{ reg: n }], n, off, printTnum(reg.scalar.bits));
  }
}

function isWithin(off: number, bytes: number, size: number, mayBeEmpty: boolean): boolean {
  return off >= 0 && (bytes > 0 || (bytes === 0 && mayBeEmpty)) && off + bytes <= size;
}

/** The kernel's line that goes before the one that refuses. @see __check_mem_access */
function regionLine(n: number, reg: Reg, off: number, bytes: number, size: number): string {
  const where = `off=${off} size=${bytes}`;
  if (reg.flags === 0) {
    if (reg.type === 'map_key') return `invalid access to map key, key_size=${size} ${where}`;
    if (reg.type === 'map_value') return `invalid access to map value, value_size=${size} ${where}`;
    if (reg.type === 'pkt' || reg.type === 'pkt_meta') {
      return `invalid access to packet, ${where}, R${n}(id=${reg.id},off=${off},r=${size})`;
    }
  }
  return `invalid access to memory, mem_size=${size} ${where}`;
}

/** An offset as the kernel passes it on: the low 32 bits, signed. */
function lowInt(off: bigint): number {
  return Number(BigInt.asIntN(32, off));
}

function isInt(off: bigint): boolean {
  return BigInt.asIntN(32, off) === off;
}

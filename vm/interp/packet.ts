// The old packet loads, ld_abs and ld_ind: big endian from the packet of the current event. A load past the packet ends the function
// with r0 = 0, as it always did.
// @see net/core/filter.c bpf_skb_load_helper_32, kernel/bpf/core.c bpf_internal_load_pointer_neg_helper
import { MISSING_PACKET } from '../kernel/net/packet.ts';
import type { Cpu } from './cpu.ts';

/** Negative offsets count from a header instead. @see include/uapi/linux/filter.h SKF_NET_OFF, SKF_LL_OFF */
const BASES = [
  { from: 0, base: 0, header: 'data' },
  { from: -0x10_0000, base: -0x10_0000, header: 'network' },
  { from: -0x20_0000, base: -0x20_0000, header: 'link' },
] as const;

/** Runs a packet load at pc: whether the function goes on behind it. */
export function loadPacket(cpu: Cpu, pc: number, indirect: boolean, bytes: 1 | 2 | 4 | 8): boolean {
  const { code, r, memory, packet } = cpu;
  if (packet === undefined) return cpu.fault('packet', `the hook of ${cpu.prog.name} has no packet`);
  if (!cpu.isCtx(6)) return cpu.fault('ctx', 'R6 is not the ctx, which a packet load needs there');
  const offset = (code.imm[pc]! + (indirect ? r[2 * code.src[pc]!]! : 0)) | 0;
  const base = BASES.find(({ from }) => offset >= from);
  const where = base === undefined ? packet.end : packet[base.header] + offset - base.base;
  r.fill(0, 0, 12);
  if (where + bytes > packet.end) {
    if (packet.isMissing(where, bytes)) cpu.countUnknownRead(MISSING_PACKET);
    return false;
  }
  if (bytes === 1) r[0] = memory.view.getUint8(where);
  else if (bytes === 2) r[0] = memory.view.getUint16(where);
  else r[0] = memory.view.getInt32(where);
  return true;
}

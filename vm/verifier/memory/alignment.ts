// Alignment of loads and stores.
import type { Env } from '../env.ts';
import { printTnum } from '../print-state.ts';
import type { Reg, RegType } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { tnumAdd, tnumConst, tnumIsAligned } from '../tnum.ts';

/** Flags of BPF_PROG_LOAD. @see include/uapi/linux/bpf.h BPF_F_STRICT_ALIGNMENT, BPF_F_ANY_ALIGNMENT */
const STRICT_ALIGNMENT = 1 << 0;
const ANY_ALIGNMENT = 1 << 1;
/** Bytes in front of an Ethernet header, so that what follows it is aligned. @see NET_IP_ALIGN */
const IP_ALIGN = 2;

/** What messages call the memory behind a pointer. */
// oxfmt-ignore
const NAMES: Partial<Record<RegType, string>> = {
  flow_keys:   'flow keys ',
  map_key:     'key ',
  map_value:   'value ',
  ctx:         'context ',
  stack:       'stack ',
  sock:        'sock ',
  sock_common: 'sock_common ',
  tcp_sock:    'tcp_sock ',
  xdp_sock:    'xdp_sock ',
};

/**
 * Refuses an access at `off` (the insn's) of pointer `n` that is not aligned to its size, where that is demanded: of the stack always, of other
 * memory when the load asks for it or the access does (`isStrict`). @see check_ptr_alignment
 */
export function checkAlignment(
  env: Env,
  n: number,
  reg: Reg,
  off: number,
  bytes: number,
  isStrict: boolean,
): void {
  if (bytes === 1) return;
  if (reg.type === 'stack' && reg.scalar.umax === 0n) {
    if ((reg.off + off) % bytes === 0) return;
  } else if (reg.type !== 'stack' && !isStrict && !isDemanded(env)) {
    return;
  }
  const isPacket = reg.type === 'pkt' || reg.type === 'pkt_meta';
  const fixed = BigInt((isPacket ? IP_ALIGN : 0) + reg.off + off);
  const { bits } = reg.scalar;
  if (reg.type === 'arena' || tnumIsAligned(tnumAdd(bits, tnumConst(fixed)), bytes)) return;
  if (isPacket) {
    refuse(env, 'misaligned-packet', [{ reg: n }], IP_ALIGN, printTnum(bits), reg.off, off, bytes);
  }
  refuse(env, 'misaligned', [{ reg: n }], NAMES[reg.type] ?? '', printTnum(bits), reg.off, off, bytes);
}

/** True when the load asked for aligned accesses everywhere. */
function isDemanded(env: Env): boolean {
  return (env.input.flags & (STRICT_ALIGNMENT | ANY_ALIGNMENT)) === STRICT_ALIGNMENT;
}

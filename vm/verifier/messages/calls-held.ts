// Why programs are refused: they end, or jump away, while they hold something.
import { ERRNO } from '../../errno.ts';
import type { MessageTable } from './row.ts';

export const HELD_MESSAGES = {
  'held-lock': {
    errno: ERRNO.EINVAL,
    text: (doing: string) => `${doing} cannot be used inside bpf_spin_lock-ed region`,
    why: 'a lock is held here, and nobody would give it back',
    fix: 'call bpf_spin_unlock (or what gives the lock back) on this path before it ends',
  },
  'held-reference': {
    errno: ERRNO.EINVAL,
    text: (doing: string, _pc: number) => `${doing} would lead to reference leak`,
    why: (_doing: string, pc: number) =>
      `what insn ${pc} has acquired is still held on this path, and nobody would give it back`,
    fix: 'give it back on every path: submit or discard what was reserved, release what was looked up; on the branch where the pointer is null nothing is held',
  },
  'held-irq': {
    errno: ERRNO.EINVAL,
    text: (doing: string) => `${doing} cannot be used inside bpf_local_irq_save-ed region`,
    why: 'interrupts are off here, and nobody would turn them on again',
    fix: 'call bpf_local_irq_restore on this path before it ends',
  },
  'held-rcu': {
    errno: ERRNO.EINVAL,
    text: (doing: string) => `${doing} cannot be used inside bpf_rcu_read_lock-ed region`,
    why: 'an RCU section is open here, and nobody would end it',
    fix: 'call bpf_rcu_read_unlock on this path before it ends',
  },
  'held-preempt': {
    errno: ERRNO.EINVAL,
    text: (doing: string) => `${doing} cannot be used inside bpf_preempt_disable-ed region`,
    why: 'the program keeps its CPU for itself here, and nobody would end that',
    fix: 'call bpf_preempt_enable on this path before it ends',
  },
} as const satisfies MessageTable;

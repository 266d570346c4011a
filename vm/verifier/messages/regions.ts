// Why programs are refused: RCU sections, preemption, interrupts and sleeping.
import { ERRNO } from '../../errno.ts';
import type { MessageTable } from './row.ts';

export const REGION_MESSAGES = {
  'kfunc-under-lock': {
    errno: ERRNO.EINVAL,
    text: (_name: string) => 'function calls are not allowed while holding a lock',
    why: (name: string) =>
      `${name} is called between lock and unlock, where only functions that work on lists, trees, number iterators and locks may be called: others could take long, or want the same lock`,
    fix: (name: string) => `call ${name} before the lock is taken, or behind the unlock`,
  },
  'kfunc-sleeps': {
    errno: ERRNO.EACCES,
    text: (name: string) => `program must be sleepable to call sleepable kfunc ${name}`,
    why: (name: string) =>
      `${name} may wait, for memory to be read in say, and this program runs where nothing may wait`,
    fix: 'load it as a sleepable program (section with .s, flag BPF_F_SLEEPABLE) where its type may be one, or use a function that does not sleep',
  },
  'sleep-rcu': {
    errno: ERRNO.EACCES,
    text: (name: string) => `kernel func ${name} is sleepable within rcu_read_lock region`,
    why: (name: string) =>
      `between bpf_rcu_read_lock and bpf_rcu_read_unlock nothing may sleep, and ${name} may`,
    fix: (name: string) => `call ${name} behind bpf_rcu_read_unlock`,
  },
  'sleep-preempt': {
    errno: ERRNO.EACCES,
    text: (name: string) => `kernel func ${name} is sleepable within non-preemptible region`,
    why: (name: string) =>
      `between bpf_preempt_disable and bpf_preempt_enable nothing may sleep, and ${name} may`,
    fix: (name: string) => `call ${name} behind bpf_preempt_enable`,
  },
  'sleep-irq': {
    errno: ERRNO.EACCES,
    text: (name: string) => `kernel func ${name} is sleepable within IRQ-disabled region`,
    why: (name: string) => `while interrupts are off nothing may sleep, and ${name} may`,
    fix: (name: string) => `call ${name} behind bpf_local_irq_restore`,
  },
  'kfunc-needs-rcu': {
    errno: ERRNO.EACCES,
    text: (name: string) => `kernel func ${name} requires RCU critical section protection`,
    why: (name: string) =>
      `what ${name} hands out may go away at any time outside of an RCU section, and a sleepable program is in none by itself`,
    fix: 'put the calls between bpf_rcu_read_lock() and bpf_rcu_read_unlock()',
  },
  'rcu-nested': {
    errno: ERRNO.EINVAL,
    text: (name: string) => `nested rcu read lock (kernel function ${name})`,
    why: 'an RCU section is open on this path already, and sections may not lie within each other',
    fix: 'leave out the inner bpf_rcu_read_lock and bpf_rcu_read_unlock: the outer ones do for both',
  },
  'rcu-unmatched': {
    errno: ERRNO.EINVAL,
    text: (name: string) => `unmatched rcu read unlock (kernel function ${name})`,
    why: 'no bpf_rcu_read_lock is open on this path',
    fix: 'call bpf_rcu_read_lock on every path that leads here, and unlock just once for each',
  },
  'preempt-unmatched': {
    errno: ERRNO.EINVAL,
    text: (name: string) => `unmatched attempt to enable preemption (kernel function ${name})`,
    why: 'no bpf_preempt_disable is open on this path',
    fix: 'call bpf_preempt_disable on every path that leads here, and bpf_preempt_enable just once for each',
  },
} as const satisfies MessageTable;

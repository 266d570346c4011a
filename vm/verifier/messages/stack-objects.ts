// Why programs are refused: dynptrs, iterators and saved interrupt flags on the stack.
import { ERRNO } from '../../errno.ts';
import type { MessageTable } from './row.ts';

const onStack = (what: string): string =>
  `declare ${what} as a local variable and pass its address, at a constant offset from r10 that is a multiple of 8`;

export const STACK_OBJECT_MESSAGES = {
  'dynptr-pointer': {
    errno: ERRNO.EINVAL,
    text: (reg: number) => `arg#${reg - 1} expected pointer to stack or const struct bpf_dynptr`,
    why: (reg: number) =>
      `r${reg} must be the address of a struct bpf_dynptr on the stack, or the dynptr that a callback was given; it is something else`,
    fix: onStack('the dynptr'),
  },
  'dynptr-uninit': {
    errno: ERRNO.EINVAL,
    text: (_reg: number) => 'Dynptr has to be an uninitialized dynptr',
    why: (reg: number) =>
      `the call makes a dynptr in the 16 bytes behind r${reg}, and that must be a place on the stack, known exactly and aligned to 8 bytes`,
    fix: onStack('the dynptr'),
  },
  'dynptr-expected': {
    errno: ERRNO.EINVAL,
    text: (reg: number) => `Expected an initialized dynptr as arg #${reg - 1}`,
    why: (reg: number) =>
      `r${reg} does not point at the first byte of a dynptr that was made on this path: none was made there, it was overwritten, or it was given back`,
    fix: 'make the dynptr on every path that leads here (bpf_dynptr_from_mem, bpf_ringbuf_reserve_dynptr ...), and use it no more once it is given back',
  },
  'dynptr-overwrite': {
    errno: ERRNO.EINVAL,
    text: () => 'cannot overwrite referenced dynptr',
    why: 'a dynptr of a ring buffer lies here: overwritten, its record could never be submitted or discarded',
    fix: 'call bpf_ringbuf_submit_dynptr or bpf_ringbuf_discard_dynptr first, or use other stack space',
  },
  'iter-pointer': {
    errno: ERRNO.EINVAL,
    text: (reg: number) => `arg#${reg - 1} expected pointer to an iterator on stack`,
    why: (reg: number) => `r${reg} must be the address of an iterator on the stack`,
    fix: onStack('the iterator'),
  },
  'iter-uninit': {
    errno: ERRNO.EINVAL,
    text: (reg: number, name: string) => `expected uninitialized iter_${name} as arg #${reg - 1}`,
    why: (reg: number, name: string) =>
      `bpf_iter_${name}_new makes an iterator behind r${reg}: that must be aligned stack space in which no other iterator lies`,
    fix: (_reg: number, name: string) =>
      `end the iterator that lies there with its bpf_iter_..._destroy first, or give bpf_iter_${name}_new other stack space`,
  },
  'iter-expected': {
    errno: ERRNO.EINVAL,
    text: (reg: number, name: string) => `expected an initialized iter_${name} as arg #${reg - 1}`,
    why: (reg: number, name: string) =>
      `r${reg} does not point at an iterator that bpf_iter_${name}_new made on this path: none was made, it has ended, or it was overwritten`,
    fix: (_reg: number, name: string) =>
      `call bpf_iter_${name}_new on every path that leads here, and bpf_iter_${name}_destroy just once behind the loop`,
  },
  'iter-rcu': {
    errno: ERRNO.EPROTO,
    text: (kfunc: string, _name: string) => `expected an RCU CS when using ${kfunc}`,
    why: (_kfunc: string, name: string) =>
      `what iter_${name} yields is valid within one RCU section only, and the iterator was made outside of one, or in one that has ended`,
    fix: 'put bpf_rcu_read_lock() before the iterator is made and bpf_rcu_read_unlock() behind its end',
  },
  'irq-flag-pointer': {
    errno: ERRNO.EINVAL,
    text: (reg: number) => `arg#${reg - 1} doesn't point to an irq flag on stack`,
    why: (reg: number) => `r${reg} must be the address of an unsigned long on the stack`,
    fix: onStack('the flags'),
  },
  'irq-flag-uninit': {
    errno: ERRNO.EINVAL,
    text: (reg: number) => `expected uninitialized irq flag as arg#${reg - 1}`,
    why: (reg: number) =>
      `the call saves the interrupt state behind r${reg}: that must be 8 aligned bytes of the stack in which no other saved state lies`,
    fix: 'put the state that lies there back first, or save this one in a variable of its own',
  },
  'irq-flag-expected': {
    errno: ERRNO.EINVAL,
    text: (reg: number) => `expected an initialized irq flag as arg#${reg - 1}`,
    why: (reg: number) =>
      `r${reg} does not point at an interrupt state that was saved on this path and is not yet put back`,
    fix: 'save it with bpf_local_irq_save on every path that leads here, put it back once, and do not write to the variable in between',
  },
  'irq-flag-family': {
    errno: ERRNO.EINVAL,
    text: (saved: string, restored: string) =>
      `irq flag acquired by ${saved} kfuncs cannot be restored with ${restored} kfuncs`,
    why: 'a state that bpf_local_irq_save saved is put back by bpf_local_irq_restore, one that bpf_res_spin_lock_irqsave saved by bpf_res_spin_unlock_irqrestore',
    fix: 'put the state back with the partner of the function that saved it',
  },
  'irq-flag-order': {
    errno: ERRNO.EACCES,
    text: (id: number, pc: number) =>
      `cannot restore irq state out of order, expected id=${id} acquired at insn_idx=${pc}`,
    why: (_id: number, pc: number) =>
      `states are put back in the reverse order in which they were saved, and the one saved last, by insn ${pc}, is still to be put back`,
    fix: (_id: number, pc: number) => `put back what insn ${pc} saved before this one`,
  },
} as const satisfies MessageTable;

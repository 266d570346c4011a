// CO-RE: finds in the kernel's types what the object's insns ask for, and writes it into them.
import type { Btf } from '../../btf/btf.ts';
import type { CoreRelo } from './core-relo.ts';

/** What became of one relocation. */
export interface CoreOutcome {
  readonly relo: CoreRelo;
  /** In C: 'struct task_struct::real_parent (0:12)'. */
  readonly asked: string;
  /** The same of the type in the kernel that was found; undefined where there is none. */
  readonly found: string | undefined;
  /** What the insn holds now; undefined where it was poisoned: it is refused when the verifier comes to it. */
  readonly value: bigint | undefined;
}

/**
 * Writes the answers of `kernel` into `insns` (8 bytes each, changed in place), one relocation after the other. `types` are the object's own.
 * An insn whose question has no answer becomes a call that no kernel has (imm 195896080), as libbpf makes it. Throws LoadError 'core', with
 * `subject` as its subject, for a relocation that makes no sense, and where several types of the kernel give different answers.
 * @see tools/lib/bpf/relo_core.c
 */
export function relocateCore(
  _subject: string,
  _insns: Uint8Array,
  _relos: readonly CoreRelo[],
  _types: Btf,
  _kernel: Btf,
): readonly CoreOutcome[] {
  throw new Error('not built');
}

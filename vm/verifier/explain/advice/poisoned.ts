// Advice for insns that CO-RE found no answer for, and for calls of functions that the kernel does not have: what the program needs of it.
import type { Advice, Facts } from './facts.ts';

/** Of 'helper-unknown': undefined for a call that the program has made itself. */
export function advisePoisoned({ input, refusal }: Facts): Advice | undefined {
  const poisoned = input.poisoned?.find(({ pc }) => pc === refusal.pc);
  if (poisoned === undefined) return undefined;
  if (poisoned.isExtern === true) {
    return {
      why: `the insn calls ${poisoned.asked}: ${poisoned.why}`,
      fix: `ask before the call whether it is there: if (bpf_ksym_exists(${poisoned.asked}))`,
    };
  }
  return {
    why: `the insn needs ${poisoned.asked} of the kernel's types: ${poisoned.why}`,
    fix: 'ask before the access whether it is there (bpf_core_field_exists, bpf_core_type_exists, bpf_core_enum_value_exists), and read what other kernels have through a flavour of the type (struct name___other)',
  };
}

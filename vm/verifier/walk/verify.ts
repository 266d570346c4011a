// From a program to its verdict.
import type { VerifyInput, VerifyOptions } from '../input.ts';
import { notBuilt } from '../not-built.ts';
import type { Verdict } from '../verdict.ts';

/** Verifies a program. Throws nothing but what is our own mistake. @see kernel/bpf/verifier.c bpf_check */
export function verify(_input: VerifyInput, _options: VerifyOptions = {}): Verdict {
  return notBuilt('verify');
}

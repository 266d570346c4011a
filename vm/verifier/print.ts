// The log in the kernel's lines.
import type { VerifyInput } from './input.ts';
import { notBuilt } from './not-built.ts';
import type { Verdict } from './verdict.ts';

/** Lines as BPF_PROG_LOAD would write them. @see kernel/bpf/log.c */
export function printLog(_input: VerifyInput, _verdict: Verdict): string[] {
  return notBuilt('printLog');
}

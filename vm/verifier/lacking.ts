// Whether a program was refused for what the kernel does not have: on another kernel the same program may be fine, and its object does without it here.
import type { LoadError } from '../load-error.ts';
import { TRACE_ATTACH, traceAttach, traceTarget } from './ctx/target.ts';
import type { VerifyInput } from './input.ts';

/**
 * What the kernel, or this machine, lacks for the program that `error.subject` names, in a sentence: a type or function that CO-RE did not find, the function
 * that it is attached to, a helper that is not run here. Undefined where the program itself is at fault, and for errors of maps.
 */
export function lackingOf({ code, pc, reason, refused }: LoadError): string | undefined {
  if (code === 'unsupported') return reason;
  if (refused === undefined) return undefined;
  const { input } = refused;
  const poisoned = input.poisoned?.find((insn) => insn.pc === pc);
  if (poisoned !== undefined) return `it asks for ${poisoned.asked}: ${poisoned.why}`;
  const target = unknownTarget(input);
  return target === undefined ? undefined : `the kernel's types do not tell what ${target} is given`;
}

const OF_FUNCTIONS: ReadonlySet<number> = new Set([
  TRACE_ATTACH.raw_tp,
  TRACE_ATTACH.fentry,
  TRACE_ATTACH.fexit,
  TRACE_ATTACH.fmod_ret,
  TRACE_ATTACH.lsm,
  TRACE_ATTACH.iter,
]);

/** The function that a program is attached to, where the kernel's types do not know it. */
function unknownTarget(input: VerifyInput): string | undefined {
  if (!OF_FUNCTIONS.has(traceAttach(input))) return undefined;
  const { name, proto } = traceTarget(input);
  return proto === undefined && name !== '' ? name : undefined;
}

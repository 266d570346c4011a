// Advice for arguments of calls that are of another type than the callee takes.
import { describeReg } from '../describe.ts';
import { ARG_TYPES } from '../../../helpers/args.ts';
import { topNumber } from '../trace.ts';
import { adviseNull } from './pointer.ts';
import { failedStep, regHeld, type Advice, type Facts } from './facts.ts';
import { helperOf } from './helper.ts';

/** What an argument is, by its kind, for a person. */
const KINDS: Readonly<Record<string, string>> = {
  ctx: 'the ctx as the program got it',
  map: 'a map (in C: &map)',
  map_key: 'a pointer to a key',
  map_value: 'a pointer to a value',
  mem: 'a pointer to memory of the program (stack, map value)',
  size: 'a number of bytes',
  alloc_size: 'a constant number of bytes',
  ringbuf_mem: 'the pointer that bpf_ringbuf_reserve returned',
  const_str: 'a constant string',
  func: 'the address of a function',
  stack: 'a pointer to the stack',
  spin_lock: 'the address of a struct bpf_spin_lock in a map value',
  timer: 'the address of a struct bpf_timer in a map value',
  dynptr: 'the address of a dynptr on the stack',
  sock_common: 'a socket',
  btf_id: 'a pointer to a struct of the kernel',
};

/** Of 'arg-type' and 'memory-type': args begin with the register. */
export function adviseArgument(facts: Facts): Advice | undefined {
  const [n] = facts.refusal.args as [number]; // as the messages take it
  const step = failedStep(facts);
  const held = regHeld(facts, n);
  if (step === undefined || held === undefined) return undefined;
  const callee = helperOf(step.insn, facts.input.type);
  const word = callee?.args[n - 1];
  if (callee === undefined || word === undefined) return undefined;
  const { kind } = ARG_TYPES[word.replace(/:.*/, '') as keyof typeof ARG_TYPES]; // words begin with a name of the table
  const wanted = KINDS[kind];
  if (wanted === undefined) return undefined;
  if (facts.refusal.message.includes('_or_null')) return adviseNull(facts, n);
  return {
    why: `argument ${n} of ${callee.name} is ${wanted}, and r${n} is ${describeReg(held, topNumber(step))}`,
    fix: `pass ${wanted} as argument ${n}`,
  };
}

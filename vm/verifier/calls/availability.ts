// Which helpers a program may call: by its type, its licence, and whether it may sleep where it calls.
import type { CallRow } from '../../helpers/args.ts';
import { ITERATORS, PATH_FUNCTIONS } from '../../helpers/groups.ts';
import { helperName, helperRow, type HelperName } from '../../helpers/table.ts';
import { hasNoHelpers, opsMember } from '../ctx/struct-ops.ts';
import type { Env } from '../env.ts';
import type { VerifyInput } from '../input.ts';
import { refuse } from '../refusal.ts';

/** The helper with number `id`, as programs like this one may call it here. @see check_helper_call */
export function availableHelper(env: Env, id: number): HelperName {
  const name = helperName(id);
  if (name === undefined) refuse(env, 'helper-unknown', [], id);
  const { input, state } = env;
  const row = helperRow(name);
  const isPlaced = name === 'd_path' && (input.type === 'tracing' || input.type === 'syscall');
  if (isPlaced && !mayNamePaths(input)) refuse(env, 'helper-place', [], name);
  if (!isPlaced && !isHelperOf(input, row)) refuse(env, 'helper-prog-type', [], name, id, input.type);
  if (row.gplOnly === true && !input.gpl && row.gplFreeIn?.includes(input.type) !== true) {
    refuse(env, 'helper-licence', [], name);
  }
  if (row.mightSleep !== true) return name;
  if (!state.isSleepable) refuse(env, 'helper-sleeps', [], name);
  if (state.rcuLocks > 0) refuse(env, 'helper-sleeps-rcu', [], name, id);
  if (state.preemptLocks > 0) refuse(env, 'helper-sleeps-preempt', [], name, id);
  if (state.irqId !== 0) refuse(env, 'helper-sleeps-irq', [], name, id);
  return name;
}

/** Locks that the helper takes are free where the program runs. @see kernel/trace/bpf_trace.c bpf_d_path_allowed */
function mayNamePaths({ type, attachType, target }: VerifyInput): boolean {
  if (type !== 'tracing') return false;
  return ITERATORS.includes(attachType) || PATH_FUNCTIONS.includes(target?.name ?? '');
}

/** Programs of this type, attached so, have the helper or kernel function. @see get_func_proto of each type */
export function isKnownTo(input: VerifyInput, row: CallRow): boolean {
  const { type, attachType } = input;
  if (row.progTypes?.includes(type) === false) return false;
  if (row.attachIn?.[type]?.includes(attachType) === false) return false;
  const targets = row.targetsIn?.[type];
  return targets === undefined || targetNames(input).some((name) => targets.includes(name));
}

/** The same of a helper. */
export function isHelperOf(input: VerifyInput, row: CallRow): boolean {
  return isKnownTo(input, row) && !hasNoHelpers(input);
}

/** What tables may call the target: a function or tracepoint, a struct of functions, one of them. */
function targetNames(input: VerifyInput): readonly string[] {
  const { name = '', struct } = input.target ?? {};
  if (struct === undefined) return [name.replace(/^bpf_(iter|lsm)_/, '')];
  return [struct, `${struct}.${opsMember(input)?.name ?? ''}`];
}

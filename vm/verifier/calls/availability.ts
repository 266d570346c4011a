// Which helpers a program may call: by its type, its licence, and whether it may sleep where it calls.
import { helperName, helperRow, type HelperName } from '../../helpers/table.ts';
import type { Env } from '../env.ts';
import { refuse } from '../refusal.ts';

/** The helper with number `id`, as programs like this one may call it here. @see check_helper_call */
export function availableHelper(env: Env, id: number): HelperName {
  const name = helperName(id);
  if (name === undefined) refuse(env, 'helper-unknown', [], id);
  const { input, state } = env;
  const row = helperRow(name);
  const isElsewhere = input.type === 'tracing' && row.attachTypes?.includes(input.attachType) === false;
  if (isElsewhere || row.progTypes?.includes(input.type) === false) {
    refuse(env, 'helper-prog-type', [], name, id, input.type);
  }
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

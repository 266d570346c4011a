// Timers and work queues in map values.
import type { Env } from '../env.ts';
import { refuse } from '../refusal.ts';
import { isConst } from '../scalar.ts';
import { FIELD_NAMES } from './fields.ts';

/** Argument `n` is a bpf_timer (or bpf_wq, bpf_task_work) in the value of a map. @see check_map_field_pointer */
export function checkTimerArg(env: Env, n: number, kind: 'timer' | 'workqueue' | 'task_work'): void {
  const reg = env.reg(n);
  const name = FIELD_NAMES[kind];
  if (!isConst(reg.scalar)) refuse(env, 'field-variable', [{ reg: n }], n, name);
  const { spec } = reg.map!;
  if (spec.fields === undefined) refuse(env, 'map-no-btf', [{ reg: n }], spec.name, name);
  const field = spec.fields.find((known) => known.kind === kind);
  if (field === undefined) refuse(env, 'map-no-field', [{ reg: n }], spec.name, name);
  const off = BigInt.asIntN(64, reg.scalar.bits.value) + BigInt(reg.off);
  if (off !== BigInt(field.off)) refuse(env, 'field-elsewhere', [{ reg: n }], off, name, field.off);
}

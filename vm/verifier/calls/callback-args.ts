// What the functions that helpers call get in their registers.
import { makeReg, UNKNOWN_REG, withReg } from '../reg.ts';
import { ITERATED } from '../../helpers/groups.ts';
import type { Env } from '../env.ts';
import { kernelStruct } from '../kfuncs/objects.ts';
import { refuse } from '../refusal.ts';
import type { Frame } from '../state.ts';

/** Types of maps that have elements to go over. */
const ITERATED_TYPES: readonly string[] = ITERATED;

/** The results that a function called back may have. */
const STOP_OR_GO: readonly [number, number] = [0, 1];

/** (map, key, value, ctx) of bpf_for_each_map_elem(map, function, ctx, flags). @see map_set_for_each_callback_args */
export function fillMapCallback(env: Env, caller: Frame, callee: Frame): void {
  const map = caller.regs[1]!;
  const { name, type } = map.map!.spec; // the first argument is a map
  if (!ITERATED_TYPES.includes(type)) refuse(env, 'callback-map', [{ reg: 1 }], name, type);
  callee.regs[1] = map;
  callee.regs[2] = withReg(makeReg('map_key'), { map: map.map });
  callee.regs[3] = withReg(makeReg('map_value'), { map: map.map });
  callee.regs[4] = caller.regs[3]!;
  callee.isCallback = true;
  callee.callbackRange = STOP_OR_GO;
}

/** (index, ctx) of bpf_loop(count, function, ctx, flags). @see set_loop_callback_state */
export function fillLoopCallback(_env: Env, caller: Frame, callee: Frame): void {
  callee.regs[1] = UNKNOWN_REG;
  callee.regs[2] = caller.regs[3]!;
  callee.isCallback = true;
  callee.callbackRange = STOP_OR_GO;
}

/** (map, key, value) of bpf_timer_set_callback(timer, function). @see set_timer_callback_state */
export function fillTimerCallback(_env: Env, caller: Frame, callee: Frame): void {
  const { map } = caller.regs[1]!;
  callee.regs[1] = withReg(makeReg('map_ptr'), { map });
  callee.regs[2] = withReg(makeReg('map_key'), { map });
  callee.regs[3] = withReg(makeReg('map_value'), { map });
  callee.isAsyncCallback = true;
  callee.callbackRange = [0, 0];
}

/** (task, vma, ctx) of bpf_find_vma(task, address, function, ctx, flags). @see set_find_vma_callback_state */
export function fillVmaCallback(env: Env, caller: Frame, callee: Frame): void {
  callee.regs[1] = caller.regs[1]!;
  callee.regs[2] = withReg(makeReg('btf_id'), { btf: kernelStruct(env, 'vm_area_struct') });
  callee.regs[3] = caller.regs[4]!;
  callee.isCallback = true;
  callee.callbackRange = STOP_OR_GO;
}

/** (dynptr, ctx) of bpf_user_ringbuf_drain(map, function, ctx, flags). @see set_user_ringbuf_callback_state */
export function fillRingbufCallback(env: Env, caller: Frame, callee: Frame): void {
  callee.regs[1] = withReg(makeReg('dynptr'), {
    id: env.nextId(),
    slot: { kind: 'dynptr', dynptr: 'local', isFirst: true },
  });
  callee.regs[2] = caller.regs[3]!;
  callee.isCallback = true;
  callee.callbackRange = STOP_OR_GO;
}

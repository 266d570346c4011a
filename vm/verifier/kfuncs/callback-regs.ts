// Registers of functions that kernel functions call.
import type { SetCallbackRegs } from '../calls/callbacks.ts';
import { FLAGS, makeReg, NOT_INIT, withReg } from '../reg.ts';
import { fieldsOf } from './fields.ts';
import { nodeOf } from './objects.ts';
import { nonOwning } from './owning.ts';
import { offsetOf } from './stack-place.ts';

/** Of a timer's or a work queue's: the map, key and value. @see set_timer_callback_state */
export const setTimerRegs: SetCallbackRegs = (_env, caller, callee) => {
  const { map } = caller.regs[1]!;
  callee.regs[1] = withReg(makeReg('map_ptr'), { map });
  callee.regs[2] = withReg(makeReg('map_key'), { map });
  callee.regs[3] = withReg(makeReg('map_value'), { map });
  callee.regs[4] = NOT_INIT;
  callee.regs[5] = NOT_INIT;
  callee.isAsyncCallback = true;
  callee.callbackRange = [0, 0];
};

/** Of a task's work: the map that r3 names, its key and value. @see set_task_work_schedule_callback_state */
export const setTaskWorkRegs: SetCallbackRegs = (_env, caller, callee) => {
  const { map } = caller.regs[3]!;
  callee.regs[1] = withReg(makeReg('map_ptr'), { map });
  callee.regs[2] = withReg(makeReg('map_key'), { map });
  callee.regs[3] = withReg(makeReg('map_value'), { map });
  callee.regs[4] = NOT_INIT;
  callee.regs[5] = NOT_INIT;
  callee.isAsyncCallback = true;
  callee.callbackRange = [-0x8000_0000, 0x7fff_ffff];
};

/** Of the function that orders a tree: two nodes. @see set_rbtree_add_callback_state */
export const setTreeRegs: SetCallbackRegs = (env, caller, callee) => {
  const root = caller.regs[1]!;
  const field = fieldsOf(root).find((known) => known.kind === 'rb_root' && known.off === offsetOf(root));
  const node = field === undefined ? undefined : nodeOf(env, field);
  const pointer = withReg(makeReg('btf_id'), { ...node?.pointee, flags: FLAGS.alloc, off: node?.off ?? 0 });
  callee.regs[1] = nonOwning(pointer);
  callee.regs[2] = callee.regs[1];
  for (let n = 3; n <= 5; n++) callee.regs[n] = NOT_INIT;
  callee.isCallback = true;
  callee.callbackRange = [0, 1];
};

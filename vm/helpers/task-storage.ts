// bpf_task_storage_get and bpf_task_storage_delete.
// @see kernel/bpf/bpf_task_storage.c
import { ERRNO } from '../errno.ts';
import { hexAddress } from '../interp/fault.ts';
import { ADDRESS_HIGH } from '../memory/linear.ts';
import { isTaskStorage } from '../maps/task-storage.ts';
import { setAddress, setInt, type HelperContext, type HelperRun } from './context.ts';
import { typedMap } from './typed-map.ts';

/** Make the value if there is none. @see include/uapi/linux/bpf.h BPF_LOCAL_STORAGE_GET_F_CREATE */
const CREATE = 1;
/** What a register with no task stands for. */
const NO_TASK = -1;

export const TASK_STORAGE_HELPERS = {
  task_storage_get(context) {
    const map = typedMap(context, 1, isTaskStorage, 'task_storage');
    const { r, q, memory } = context;
    const { valueSize } = map.spec;
    const tid = taskIn(context, 2);
    const initial = q[3] === 0n ? 0 : context.range(3, valueSize, false);
    const isKnown = r[9] === 0 && (r[8]! & ~CREATE) === 0;
    if (!isKnown || tid === NO_TASK) return setAddress(context, 0);
    let at = map.find(tid);
    if (at === 0 && r[8] === CREATE) {
      at = map.add(tid);
      if (at !== 0 && initial !== 0) memory.u8.copyWithin(at, initial, initial + valueSize);
    }
    setAddress(context, at);
  },
  task_storage_delete(context) {
    const map = typedMap(context, 1, isTaskStorage, 'task_storage');
    const tid = taskIn(context, 2);
    setInt(context, tid === NO_TASK ? -ERRNO.EINVAL : map.removeOf(tid));
  },
} as const satisfies Record<string, HelperRun>;

/** Thread id of the task whose address is in register `reg`; NO_TASK for a null pointer. */
function taskIn(context: HelperContext, reg: number): number {
  const { r, q, kernel } = context;
  if (q[reg] === 0n) return NO_TASK;
  const tid = r[2 * reg + 1] === ADDRESS_HIGH ? kernel.tidAt(r[2 * reg]! >>> 0) : -1;
  if (tid >= 0) return tid;
  return context.fault(
    'access',
    `R${reg} is ${hexAddress(q[reg]!)}, which is no task that the recording knows`,
  );
}

// What programs may ask for while they run: whether events can be handed to them many at once depends on it. A batch runs ahead of what is known of tasks,
// which changes from event to event.
import { HELPERS, helperName, type HelperName } from '../../helpers/table.ts';
import { KFUNCS, kfuncName } from '../../helpers/kfuncs.ts';
import { OPS } from '../../isa/ops.ts';
import type { KernelProg } from '../../kernel/prog.ts';

/** Cells of the event that generated code looks at. */
export type EventCell = 'time' | 'ids' | 'comm' | 'readable';
const ALL_CELLS: readonly EventCell[] = ['time', 'ids', 'comm', 'readable'];

/** What a call may ask for: cells, in generated code; of a point more than its columns; what is known of the task. */
interface Asks {
  readonly cells?: readonly EventCell[];
  readonly point?: 'memory' | 'task';
}

const NOTHING: Asks = {};
const TIME: Asks = { cells: ['time'] };
const TASK: Asks = { point: 'task' };
/** Of calls that no row tells of. */
const ANYTHING: Asks = { cells: ALL_CELLS, point: 'memory' };

/** Helpers that ask for less than all others do, or for more. Those that take or give a task ask for it, without a row. */
// oxfmt-ignore
const HELPER_ASKS: Partial<Record<HelperName, Asks>> = {
  map_lookup_elem: NOTHING, map_update_elem: NOTHING, map_delete_elem: NOTHING, map_lookup_percpu_elem: NOTHING,
  map_push_elem: NOTHING, map_pop_elem: NOTHING, map_peek_elem: NOTHING, for_each_map_elem: NOTHING,
  tail_call: NOTHING, loop: NOTHING, get_prandom_u32: NOTHING, get_smp_processor_id: NOTHING, get_numa_node_id: NOTHING,
  spin_lock: NOTHING, spin_unlock: NOTHING, strtol: NOTHING, strtoul: NOTHING, strncmp: NOTHING,
  perf_event_output: NOTHING, ringbuf_output: NOTHING, ringbuf_reserve: NOTHING, ringbuf_submit: NOTHING, ringbuf_discard: NOTHING, ringbuf_query: NOTHING,
  get_func_ip: NOTHING, get_attach_cookie: NOTHING, get_func_arg: NOTHING, get_func_ret: NOTHING, get_func_arg_cnt: NOTHING,
  probe_read_kernel: { cells: ['readable'] }, probe_read_kernel_str: NOTHING, csum_diff: NOTHING, dynptr_from_mem: NOTHING, dynptr_read: NOTHING,
  dynptr_write: NOTHING, dynptr_data: NOTHING, ringbuf_reserve_dynptr: NOTHING, ringbuf_submit_dynptr: NOTHING, ringbuf_discard_dynptr: NOTHING,
  ktime_get_ns: TIME, ktime_get_boot_ns: TIME, ktime_get_tai_ns: TIME, ktime_get_coarse_ns: TIME, jiffies64: TIME,
  get_current_pid_tgid: { cells: ['ids'] }, get_current_comm: { cells: ['comm'] },
  get_current_uid_gid: TASK, get_ns_current_pid_tgid: TASK, get_current_cgroup_id: TASK, get_current_ancestor_cgroup_id: TASK,
  current_task_under_cgroup: TASK, get_current_task: TASK, d_path: TASK,
};

/** Makes programs run later, between events. */
const LATER: ReadonlySet<string> = new Set(['timer_start', 'bpf_wq_start']);
/** A type of the kernel in a row of a helper that is about a task. */
const IS_OF_TASK = /task_struct|iter_task/;

/** What a program may ask for while it runs, those that it jumps to left out. */
export interface Needs {
  readonly cells: ReadonlySet<EventCell>;
  /** The call that asks for more of a point than its columns, and what for: a task before memory. */
  readonly point: { readonly call: string; readonly what: 'memory' | 'task' } | undefined;
  readonly runsLater: boolean;
}

const KNOWN = new WeakMap<KernelProg, Needs>();

/** What a program needs. */
export function needsOf(prog: KernelProg): Needs {
  let needs = KNOWN.get(prog);
  if (needs === undefined) KNOWN.set(prog, (needs = findNeeds(prog)));
  return needs;
}

function findNeeds({ code: { op, imm, count } }: KernelProg): Needs {
  const cells = new Set<EventCell>();
  let point: Needs['point'];
  let runsLater = false;
  for (let pc = 0; pc < count; pc++) {
    const isHelper = op[pc] === OPS.call_helper.index;
    if (!isHelper && op[pc] !== OPS.call_kfunc.index) continue;
    const call = isHelper ? helperName(imm[pc]!) : kfuncName(imm[pc]!);
    if (call === undefined) continue;
    const asks = isHelper
      ? asksOfHelper(call as HelperName)
      : asksOf(KFUNCS[call as keyof typeof KFUNCS], call); // as the number's table has named it
    for (const cell of asks.cells ?? []) cells.add(cell);
    if (asks.point === 'task' && point?.what !== 'task') point = { call, what: 'task' };
    else if (asks.point !== undefined) point ??= { call, what: asks.point };
    runsLater ||= LATER.has(call);
  }
  return { cells, point, runsLater };
}

function asksOfHelper(name: HelperName): Asks {
  return HELPER_ASKS[name] ?? asksOf(HELPERS[name], name);
}

function asksOf(
  { args, ret }: { readonly args: readonly string[]; readonly ret: string },
  name: string,
): Asks {
  return [name, ret, ...args].some((text) => IS_OF_TASK.test(text)) ? TASK : ANYTHING;
}

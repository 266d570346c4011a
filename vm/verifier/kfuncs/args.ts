// Arguments of kernel functions.
import { sizeOf } from '../../btf/query.ts';
import { checkArgOffset } from '../calls/arg-offset.ts';
import type { Env } from '../env.ts';
import { constantString } from '../calls/const-str.ts';
import { TRACE_ATTACH } from '../ctx/target.ts';
import { checkMaybeMemSize, checkMemReg } from '../memory/access.ts';
import { noteEscape } from '../memory/frame-facts.ts';
import { markPrecise } from '../precision.ts';
import { FLAGS, type Reg } from '../reg.ts';
import { refuse, Refusal } from '../refusal.ts';
import { isConst } from '../scalar.ts';
import { typeText } from '../type-text.ts';
import type { Kfunc, KfuncArg, KfuncNotes } from './call.ts';
import { restoreIrqFlag, saveIrqFlag } from './irq-flag.ts';
import { declaredPointee, declaredStruct, pointeeText } from './declared.ts';
import { checkIter, destroyIter, newIter } from './iter.ts';
import { isNull } from './kptr.ts';
import { kernelStruct } from './objects.ts';
import { checkResLockArg } from './locks.ts';
import { checkTimerArg } from './map-fields.ts';
import { checkCounted, checkDropped, checkNode, checkRoot } from './object-args.ts';
import { checkDynptrArg } from './dynptr.ts';
import { checkIsNumbers, checkStructArg, checkTrust, isStructPointer, wantedStruct } from './struct-args.ts';
import { isCtxHere, kernelCtx } from './ctx-args.ts';

/** Checks them in their order, and does what they do to the state: iterators and dynptrs are made, locks taken. @see check_kfunc_args */
export function checkKfuncArgs(env: Env, kfunc: Kfunc, notes: KfuncNotes): void {
  const { args } = kfunc;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const { kind } = arg.row;
    if (kind === 'ignored') {
      noteEscape(env, env.reg(args[i]!.n));
      continue;
    }
    if (kind === 'scalar' || kind === 'const_scalar' || kind === 'size') {
      checkScalar(env, arg, notes);
      continue;
    }
    const isMemory = checkPointer(env, kfunc, arg, args[i + 1], notes);
    if (isMemory) i += 1; // its size was checked with it
  }
  if (kfunc.isRelease && notes.releaseReg === 0)
    refuse(env, 'kfunc-release-unreferenced', [{ reg: 1 }], kfunc.name);
}

function checkScalar(env: Env, { n, row }: KfuncArg, notes: KfuncNotes): void {
  const reg = env.reg(n);
  if (reg.type !== 'scalar') refuse(env, 'kfunc-arg-scalar', [{ reg: n }], n);
  if (row.kind !== 'const_scalar') return;
  notes.constant = constantOf(env, n, reg);
  markPrecise(env, n);
}

function constantOf(env: Env, n: number, reg: Reg): bigint {
  if (!isConst(reg.scalar)) refuse(env, 'kfunc-arg-constant', [{ reg: n }], n);
  return reg.scalar.umin;
}

/** True for memory whose size is the argument behind it. */
function checkPointer(
  env: Env,
  kfunc: Kfunc,
  arg: KfuncArg,
  next: KfuncArg | undefined,
  notes: KfuncNotes,
): boolean {
  const { n, row } = arg;
  const reg = env.reg(n);
  const isMaybeNull = isNull(reg) || (reg.flags & FLAGS.maybe_null) !== 0;
  if (kfunc.demands !== undefined && isMaybeNull && row.orNull !== true) {
    refuse(env, 'trusted-null', [{ reg: n }], n);
  }
  if (reg.refId !== 0) {
    notes.refId = reg.refId;
    if (kfunc.isRelease) notes.releaseReg = n;
  }
  const isMemory = row.kind === 'mem';
  if (row.orNull === true && !isMemory && isNull(reg)) return false;
  if (isStructPlace(env, kfunc, arg, reg)) {
    if (isStructPointer(reg)) checkTrust(env, kfunc, n, reg);
    else checkIsNumbers(env, n, wantedStruct(env, kfunc, arg));
    checkArgOffset(env, n, reg, kfunc.isRelease && reg.refId !== 0);
    checkStructArg(env, kfunc, arg, reg);
    return false;
  }
  const isSized = isMemory && next?.row.kind === 'size' && env.reg(next.n).type === 'scalar';
  const bytes = isMemory && !isSized ? (row.bytes ?? structBytes(env, kfunc, n)) : 0;
  if (row.kind === 'map') noteMap(env, n, reg, notes);
  if (row.kind === 'map' || arg.word === 'ptr_to_alloc_obj') checkTrust(env, kfunc, n, reg);
  checkArgOffset(env, n, reg, kfunc.isRelease && reg.refId !== 0);
  if (isSized) {
    checkMemory(env, arg, next, reg, notes);
    return true;
  }
  if (isMemory) {
    checkMemReg(env, n, reg, bytes);
    return false;
  }
  checkKind(env, kfunc, arg, reg, notes);
  return false;
}

/** The argument is looked at as a pointer to a struct of the kernel: it is declared so, or the register is one. */
function isStructPlace(env: Env, kfunc: Kfunc, { row, n }: KfuncArg, reg: Reg): boolean {
  if (row.kind === 'btf_id') return true;
  if (row.kind === 'map') return kfunc.name === 'bpf_map_sum_elem_count';
  if (row.kind === 'ctx') return !isCtxHere(env, kfunc.name);
  if ((row.kind === 'mem' || row.kind === 'func') && isStructPointer(reg)) {
    if (declaredStruct(env, kfunc.name, n) !== undefined) return true;
    const what = row.kind === 'func' ? 'FUNC_PROTO ' : pointeeText(declaredPointee(env, kfunc.name, n));
    refuse(env, 'arg-not-struct', [{ reg: n }], kfunc.name, n, what);
  }
  return false;
}

/** Bytes of memory without a size behind it: a struct of numbers. */
function structBytes(env: Env, { name }: Kfunc, n: number): number {
  const struct = declaredStruct(env, name, n);
  if (struct === undefined) {
    return refuse(env, 'arg-pointee', [{ reg: n }], n, pointeeText(declaredPointee(env, name, n)));
  }
  checkIsNumbers(env, n, struct);
  const type = kernelStruct(env, struct);
  return type === undefined ? 0 : (sizeOf(type.btf, type.id) ?? 0);
}

function noteMap(env: Env, n: number, reg: Reg, notes: KfuncNotes): void {
  const { map } = reg;
  if (map === undefined) {
    if (reg.type === 'btf_id') return; // another struct, as is found next
    refuse(env, 'map-expected', [{ reg: n }], n);
  }
  // Linux does not compare where the other map's values have no work queue, and then calls back with a map that is not the value's.
  if (notes.map !== undefined && (notes.map !== map || notes.mapUid !== reg.mapUid)) {
    if (n === 3) refuse(env, 'task-work-map', [{ reg: 2 }, { reg: n }], notes.mapUid, reg.mapUid);
    refuse(env, 'workqueue-map', [{ reg: 1 }, { reg: n }], notes.mapUid, reg.mapUid);
  }
  notes.map = map;
  notes.mapUid = reg.mapUid;
}

/** @see check_kfunc_mem_size_reg */
function checkMemory(env: Env, arg: KfuncArg, size: KfuncArg, reg: Reg, notes: KfuncNotes): void {
  if (!isNull(reg) || arg.row.orNull !== true) {
    try {
      checkMaybeMemSize(env, size.n, arg.n);
    } catch (error) {
      if (error instanceof Refusal) {
        env.log.line(`arg#${arg.n - 1} arg#${size.n - 1} memory, len pair leads to invalid memory access`);
      }
      throw error;
    }
  }
  if (size.word === 'const_size') notes.constant = constantOf(env, size.n, env.reg(size.n));
}

function checkKind(env: Env, kfunc: Kfunc, arg: KfuncArg, reg: Reg, notes: KfuncNotes): void {
  const { n, row, detail = '' } = arg;
  const { name } = kfunc;
  switch (row.kind) {
    case 'ctx':
      if (reg.type !== 'ctx') refuse(env, 'ctx-expected', [{ reg: n }], n, typeText(reg));
      if (name === 'bpf_cast_to_kern_ctx') notes.kernelCtx = kernelCtx(env);
      return;
    case 'dynptr':
      checkDynptr(env, arg, notes);
      return;
    case 'iter':
      checkIterator(env, kfunc, n, detail, notes);
      return;
    case 'irq_flag': {
      const family = name.startsWith('bpf_res') ? 'lock' : 'native';
      if (row.uninit === true) saveIrqFlag(env, n, family);
      else restoreIrqFlag(env, n, family);
      return;
    }
    case 'res_spin_lock': {
      const isMapValue = reg.type === 'map_value' && reg.flags === 0;
      if (!isMapValue && !isOwnObject(reg)) refuse(env, 'res-lock-pointer', [{ reg: n }], n);
      checkResLockArg(env, n, !name.includes('unlock'), name.includes('irq'));
      return;
    }
    case 'workqueue':
      if (reg.type !== 'map_value' || reg.flags !== 0) refuse(env, 'map-value-expected', [{ reg: n }], n);
      checkTimerArg(env, n, 'workqueue');
      notes.map = reg.map;
      notes.mapUid = reg.mapUid;
      return;
    case 'task_work':
      if (reg.type !== 'map_value' || reg.flags !== 0) refuse(env, 'map-value-expected', [{ reg: n }], n);
      checkTimerArg(env, n, 'task_work');
      notes.map = reg.map;
      notes.mapUid = reg.mapUid;
      return;
    case 'const_str':
      if (reg.type !== 'map_value' || reg.flags !== 0) refuse(env, 'string-expected', [{ reg: n }], n);
      constantString(env, n, reg);
      return;
    case 'func':
      if (reg.type !== 'func') refuse(env, 'func-expected', [{ reg: n }], n);
      notes.subprog = reg.subprog;
      return;
    case 'list_head':
    case 'rb_root':
      notes.root = checkRoot(env, n, reg, row.kind);
      return;
    case 'list_node':
    case 'rb_node':
      checkNode(env, kfunc, n, reg, row.kind, notes.root!);
      return;
    case 'object':
      if (arg.word === 'ptr_to_alloc_obj') checkDropped(env, kfunc, n, reg);
      else checkCounted(env, n, reg, notes);
      return;
    case 'map':
      checkStructArg(env, kfunc, arg, reg);
      return;
    default:
      throw new Error(`kfunc ${name} has an argument ${arg.word}, which no kfunc has`);
  }
}

function isOwnObject({ type, flags }: Reg): boolean {
  return type === 'btf_id' && flags === FLAGS.alloc;
}

/** The tasks of a cgroup are gone over under a lock that is waited for. @see check_css_task_iter_allowlist */
function checkMayWaitForTasks(env: Env, n: number): void {
  const { type, attachType } = env.input;
  const isAllowed = type === 'lsm' || (type === 'tracing' && attachType === TRACE_ATTACH.iter);
  if (!isAllowed && !env.state.isSleepable) refuse(env, 'css-task-iter', [{ reg: n }]);
}

function checkDynptr(env: Env, { n, word, row }: KfuncArg, notes: KfuncNotes): void {
  const dynptr = checkDynptrArg(env, n, word, row.uninit === true ? notes.dynptr : undefined);
  if (row.uninit !== true) notes.dynptr = dynptr;
}

function checkIterator(env: Env, kfunc: Kfunc, n: number, kind: string, notes: KfuncNotes): void {
  const { name, row } = kfunc;
  if (name === 'bpf_iter_css_task_new') checkMayWaitForTasks(env, n);
  if (row.iter === 'new') {
    newIter(env, n, kind, row.rcuProtected === true);
    return;
  }
  notes.iter = checkIter(env, n, kind, name);
  notes.refId = notes.iter.reg.refId;
  if (row.iter === 'destroy') destroyIter(env, notes.iter, kind);
}

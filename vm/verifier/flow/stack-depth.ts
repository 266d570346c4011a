// How deep the stack gets over calls.
import { KFUNCS } from '../../helpers/kfuncs.ts';
import { calleePc } from '../../isa/insn.ts';
import type { Env, Subprog } from '../env.ts';
import { refuse } from '../refusal.ts';

/** @see include/linux/filter.h MAX_BPF_STACK, include/linux/bpf_verifier.h MAX_CALL_FRAMES */
const LIMIT_BYTES = 512;
const LIMIT_FRAMES = 8;
/** What lies above a function that makes tail calls: 33 of them must fit the kernel's stack. */
const LIMIT_ABOVE_TAIL_CALL = 256;
/** The JIT's frames are multiples of this. */
const ROUND_BYTES = 16;
/** Functions with less stay on the kernel's stack. @see kernel/bpf/verifier.c BPF_PRIV_STACK_MIN_SIZE */
const PRIVATE_MIN_BYTES = 64;

/** A function on the way down. */
interface Call {
  readonly subprog: number;
  /** Which of its sites is looked at next. */
  site: number;
  /** Bytes that it takes of the common stack. */
  readonly bytes: number;
}

/** Where a function calls another, takes its address, or throws (callee -1). */
interface Site {
  readonly pc: number;
  readonly callee: number;
  readonly isCall: boolean;
}
const NOWHERE = -1;

/** What goes down the calls. */
interface Descent {
  readonly env: Env;
  /** By function. */
  readonly sites: readonly (readonly Site[])[];
  readonly mayBePrivate: boolean;
  readonly isPrivate: Private;
  readonly calls: Call[];
  depth: number;
  /** A tail call was met. */
  hasTailCall: boolean;
  /** What was gone down to its end: from there on it would be the same again. */
  readonly done: Set<string>;
}

/** Functions whose stack lies apart: undefined while that is not known. */
type Private = (boolean | undefined)[];

/** Refuses a stack that gets too deep. The depths of all functions are known. @see check_max_stack_depth */
export function checkDepths(env: Env): void {
  const { subprogs } = env;
  const sites = subprogs.map((subprog) => sitesOf(env, subprog));
  const isPrivate: Private = subprogs.map(() => undefined);
  const mayBePrivate = !subprogs.some(({ hasTailCall }) => hasTailCall) && hasPrivateStack(env);
  for (let i = subprogs.length - 1; i >= 0; i--) {
    if (i !== 0 && !subprogs[i]!.isAsyncCallback) continue;
    const from = { mayBePrivate: i === 0 && mayBePrivate, calls: [], depth: 0, hasTailCall: false };
    checkFrom({ env, sites, isPrivate, ...from, done: new Set() }, i);
  }
}

function sitesOf(env: Env, { start, end }: Subprog): Site[] {
  const sites: Site[] = [];
  for (let pc = start; pc < end; pc++) {
    const insn = env.insns[pc];
    if (insn === undefined) continue;
    if (insn.op.name === 'call_kfunc' && insn.imm === KFUNCS.bpf_throw.id) {
      sites.push({ pc, callee: NOWHERE, isCall: true });
    }
    const target = calleePc({ opcode: insn.op.opcode, ...insn }, pc);
    if (target === undefined) continue;
    sites.push({ pc, callee: env.subprogAt(target), isCall: insn.op.kind === 'call' });
  }
  return sites;
}

/** Program types that may run on top of themselves have a stack of their own. @see bpf_enable_priv_stack */
function hasPrivateStack({ input }: Env): boolean {
  switch (input.type) {
    case 'kprobe':
    case 'tracepoint':
    case 'perf_event':
    case 'raw_tracepoint':
      return true;
    case 'tracing':
      return input.attachType !== ITER_ATTACH;
    default:
      return false;
  }
}

/** @see enum bpf_attach_type BPF_TRACE_ITER */
const ITER_ATTACH = 28;

/** Goes down all calls from a function, those that are never walked too. @see check_max_stack_depth_subprog */
function checkFrom(descent: Descent, first: number): void {
  const { env, calls } = descent;
  enter(descent, first);
  for (let call = calls.at(-1); call !== undefined; call = calls.at(-1)) {
    const site = descent.sites[call.subprog]![call.site];
    if (site === undefined) {
      leave(descent);
      continue;
    }
    call.site += 1;
    if (site.callee === NOWHERE) {
      checkThrow(descent, site.pc);
      continue;
    }
    if (isLater(env, site)) continue;
    if (env.subprogs[site.callee]!.hasTailCall) descent.hasTailCall = true;
    if (calls.length === LIMIT_FRAMES) refuse(env, 'call-chain-depth', [], LIMIT_FRAMES);
    if (isDone(descent, site.callee)) markAbove(descent);
    else enter(descent, site.callee);
  }
}

/** Refuses to throw through what calls back. */
function checkThrow({ env, calls }: Descent, pc: number): void {
  if (!calls.some(({ subprog }) => env.subprogs[subprog]!.isCallback)) return;
  env.pc = pc;
  refuse(env, 'throw-in-callback', [], pc, calls.at(-1)!.subprog);
}

/** True for callbacks that run later: they do not stand on the stack of those that set them. */
function isLater(env: Env, { pc, callee, isCall }: Site): boolean {
  const { isAsyncCallback, hasTailCall, isExceptionCallback } = env.subprogs[callee]!;
  env.pc = pc;
  if (isAsyncCallback && hasTailCall) refuse(env, 'flow-bug', [], 'subprog has tail_call and async cb');
  if (isExceptionCallback && isCall) refuse(env, 'exception-called', [], pc);
  return isAsyncCallback && !isCall;
}

/** True when a function was gone down from this depth before; from now on it counts so. */
function isDone({ done, calls, depth, hasTailCall }: Descent, callee: number): boolean {
  const key = [callee, calls.length, depth, hasTailCall].join(' ');
  if (done.has(key)) return true;
  done.add(key);
  return false;
}

/** Puts function `i` on top. */
function enter(descent: Descent, i: number): void {
  const { env, calls, isPrivate, mayBePrivate, depth } = descent;
  const subprog = env.subprogs[i]!;
  env.pc = subprog.start;
  if (i !== 0 && subprog.hasTailCall && depth >= LIMIT_ABOVE_TAIL_CALL) {
    refuse(env, 'tail-call-depth', [], depth);
  }
  const bytes = Math.ceil(subprog.stackBytes / ROUND_BYTES) * ROUND_BYTES;
  if (!mayBePrivate) isPrivate[i] = false;
  else if (isPrivate[i] === undefined && bytes >= PRIVATE_MIN_BYTES) isPrivate[i] = true;
  const own = isPrivate[i] === true ? 0 : bytes;
  calls.push({ subprog: i, site: 0, bytes: own });
  descent.depth += own;
  if (descent.depth > LIMIT_BYTES) refuse(env, 'stack-depth', [], calls.length, descent.depth);
}

/** All that the function on top calls is done. */
function leave(descent: Descent): void {
  descent.depth -= descent.calls.pop()!.bytes;
  markAbove(descent);
}

/** Behind a tail call: its counter is handed down through all functions that stand. */
function markAbove({ env, calls, hasTailCall }: Descent): void {
  if (!hasTailCall) return;
  for (const { subprog } of calls) {
    if (env.subprogs[subprog]!.isExceptionCallback) refuse(env, 'exception-tail-call', []);
    env.subprogs[subprog]!.isTailCallReachable = true;
  }
}

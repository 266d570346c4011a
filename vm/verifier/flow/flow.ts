// The program before it is walked: its insns, functions and graph.
import { checkSubprogs } from '../../check/flow.ts';
import { checkSize } from '../../check/check.ts';
import { KFUNCS, kfuncName, kfuncRow } from '../../helpers/kfuncs.ts';
import { checkStructOps } from '../ctx/struct-ops.ts';
import { Env, type InsnFacts } from '../env.ts';
import type { VerifyInput, VerifyOptions } from '../input.ts';
import { refuse } from '../refusal.ts';
import { decodeAll } from './decode.ts';
import { Edges } from './edges.ts';
import { exceptionCallbackPc } from './exception-callback.ts';
import { findFastcalls, removeFastcallSpills } from './fastcall.ts';
import { checkKfuncsLeft, refuseFound } from './findings.ts';
import { checkFuncInfo, checkFuncs, checkLines } from './func-info.ts';
import { checkGraph } from './graph.ts';
import { computeLiveRegs } from './live-regs.ts';
import { checkMaps } from './map-use.ts';
import { computePostorder, computeScc } from './order.ts';
import { checkDepths } from './stack-depth.ts';
import { findSubprogs, noteInsns } from './subprogs.ts';

/** Those that the machine does not run are known too. */
const KFUNC_IDS: ReadonlySet<number> = new Set(Object.values(KFUNCS).map(({ id }) => id));

/** An Env with the program's insns; nothing is checked yet. */
export function makeEnv(input: VerifyInput, options: VerifyOptions): Env {
  const insns = checkSize(input.insns).length > 0 ? [] : decodeAll(input.insns);
  return new Env(input, options, insns, insns.map(makeFacts));
}

function makeFacts(): InsnFacts {
  return {
    seen: false,
    isPrunePoint: false,
    isJumpPoint: false,
    isCheckpoint: false,
    callsBack: false,
    scc: 0,
    liveRegs: 0,
    pointer: undefined,
    stackOff: 0,
    ways: 0,
    map: undefined,
    constKey: undefined,
    hasManyKeys: false,
    walked: 0,
  };
}

/** Looks at the program as a whole, in the kernel's order, and makes it ready to be walked. Refuses what has a bad shape. @see bpf_check */
export function checkShape(env: Env): void {
  const { input } = env;
  refuseFound(env, checkSize(input.insns));
  checkFuncInfo(env);
  checkCalls(env);
  checkFuncs(env);
  checkLines(env);
  checkStructOps(env);
  checkMaps(env);
  checkGraph(env);
  env.edges = new Edges(env.insns);
  computePostorder(env);
  computeScc(env);
  computeLiveRegs(env);
  findFastcalls(env);
}

/** @see add_subprog_and_kfunc, check_subprogs */
function checkCalls(env: Env): void {
  const found = checkSubprogs(env.input.insns, KFUNC_IDS);
  const isCallFound = found.length > 0 && IN_CALLS.has(found[0]!.code);
  const end = isCallFound ? found[0]!.pc : Infinity;
  refuseKfuncs(env, end);
  if (isCallFound) refuseFound(env, found);
  const exceptionPc = exceptionCallbackPc(env);
  env.subprogs = findSubprogs(env, exceptionPc);
  if (env.log.level === 2) {
    for (const [i, { start }] of env.subprogs.entries()) env.log.line(`func#${i} @${start}`);
  }
  refuseFound(
    env,
    exceptionPc === undefined ? found : checkSubprogs(env.input.insns, KFUNC_IDS, [exceptionPc]),
  );
  noteInsns(env);
}

/** Refuses calls of kernel functions in front of `end` that the program may not make wherever it makes them. */
function refuseKfuncs(env: Env, end: number): void {
  for (const [pc, insn] of env.insns.entries()) {
    if (pc >= end) return;
    if (insn?.op.name !== 'call_kfunc') continue;
    env.pc = pc;
    if (!env.input.gpl) refuse(env, 'kfunc-license', []);
    const name = kfuncName(insn.imm);
    if (name !== undefined && kfuncRow(name)?.deviceBound === true) refuse(env, 'device-bound', []);
  }
}

/** What the first look at all insns finds; the rest is found once the functions are known. */
const IN_CALLS: ReadonlySet<string> = new Set([
  'call-target',
  'subprog-count',
  'kfunc',
  'kfunc-module',
  'kfunc-offset',
]);

/** Refuses a stack that gets too deep over calls, once every function's depth is known, and calls that lead nowhere. @see check_max_stack_depth */
export function checkStackDepth(env: Env): void {
  removeFastcallSpills(env);
  checkDepths(env);
  checkKfuncsLeft(env);
}

/** Bytes of stack of each function, as the final statistics show them: 'stack depth 8+0'. */
export function stackDepths({ subprogs }: Env): readonly number[] {
  return subprogs.map(({ stackBytes }) => stackBytes);
}

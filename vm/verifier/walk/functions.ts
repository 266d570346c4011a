// Functions that are verified on their own: the program itself, and the global ones that it calls.
import { setEntryRegs } from '../ctx/entry-regs.ts';
import { isSleepable } from '../../kernel/prog-types.ts';
import type { Env } from '../env.ts';
import { makeReg } from '../reg.ts';
import { Frame, State } from '../state.ts';
import { Explored } from './explored.ts';
import { walkPaths } from './paths.ts';

/** Walks the program from its first insn. @see do_check_main */
export function walkMain(env: Env, limitInsns: number): void {
  walkFunction(env, 0, limitInsns);
}

/** Walks each global function that is called, for all arguments that its types allow. @see do_check_subprogs */
export function walkGlobals(env: Env, limitInsns: number): void {
  if (env.input.funcs.length === 0) return;
  for (const subprog of env.subprogs) {
    if (subprog.isExceptionCallback) subprog.isCalled = true;
  }
  for (let found = true; found;) {
    found = false;
    for (const [i, subprog] of env.subprogs.entries()) {
      if (i === 0 || subprog.info?.linkage !== 'global' || !subprog.isCalled || subprog.isVerified) continue;
      walkFunction(env, i, limitInsns);
      env.log.line(`Func#${i} ('${subprog.info.name}') is safe for any args that match its prototype`);
      subprog.isVerified = true;
      found = true;
    }
  }
}

/** @see do_check_common */
function walkFunction(env: Env, subprog: number, limitInsns: number): void {
  const { start, info } = env.subprogs[subprog]!;
  env.explored = new Explored(env.insns.length, env.explored);
  env.shownLine = undefined;
  env.pc = start;
  const state = new State();
  state.branches = 1;
  state.isSleepable = isSleepable(env.input);
  state.frames = [new Frame(-1, 0, subprog)];
  state.frame.isExceptionCallback = env.subprogs[subprog]!.isExceptionCallback;
  state.frame.regs[10] = makeReg('stack');
  state.firstPc = start;
  state.lastPc = -1;
  env.state = state;
  env.touchAll();
  if (subprog !== 0) env.log.line(`Validating ${info?.name ?? ''}() func#${subprog}...`);
  setEntryRegs(env, subprog);
  walkPaths(env, limitInsns);
  if (env.log.level !== 2) env.log.cut(0);
}

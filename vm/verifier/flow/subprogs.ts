// The functions of a program.
import { calleePc, readSlot } from '../../isa/insn.ts';
import { SLOT_BYTES } from '../../isa/opcodes.ts';
import type { FuncInfo } from '../../object.ts';
import type { Env, Subprog } from '../env.ts';
import { WORDS } from './live-masks.ts';
import { isTailCall } from './successors.ts';

/** Functions in the order of their starts: the program itself, and what it calls or takes the address of; `exceptionPc` is what it calls when it throws. The targets are known to be in the program. @see add_subprog_and_kfunc */
export function findSubprogs(env: Env, exceptionPc?: number): Subprog[] {
  const { insns, funcs } = env.input;
  const count = insns.length / SLOT_BYTES;
  const starts = new Set([0]);
  for (let pc = 0; pc < count; pc++) {
    const callee = calleePc(readSlot(insns, pc), pc);
    if (callee !== undefined) starts.add(callee);
  }
  if (exceptionPc !== undefined) starts.add(exceptionPc);
  const infos = new Map(funcs.map((info) => [info.pc, info]));
  const sorted = [...starts].toSorted((a, b) => a - b);
  const subprogs = sorted.map((start, i) => makeSubprog(start, sorted[i + 1] ?? count, infos.get(start)));
  for (const subprog of subprogs) {
    if (subprog.start !== exceptionPc) continue;
    subprog.isExceptionCallback = true;
    subprog.isAsyncCallback = true;
    subprog.isCallback = true;
  }
  return subprogs;
}

function makeSubprog(start: number, end: number, info: FuncInfo | undefined): Subprog {
  return {
    start,
    end,
    info,
    stackBytes: 0,
    hasTailCall: false,
    isTailCallReachable: false,
    hasPacketLoad: false,
    isCallback: false,
    isAsyncCallback: false,
    isExceptionCallback: false,
    changesPacket: false,
    mightSleep: false,
    mightThrow: false,
    isVerified: false,
    isCalled: false,
    postorder: [],
    frame: { shared: new Uint32Array(WORDS), unwritten: new Uint32Array(WORDS) },
  };
}

/** Notes which functions make tail calls and load from the packet. @see check_subprogs */
export function noteInsns({ insns, subprogs }: Env): void {
  for (const subprog of subprogs) {
    for (let pc = subprog.start; pc < subprog.end; pc++) {
      const insn = insns[pc];
      if (insn?.op.kind === 'packet') subprog.hasPacketLoad = true;
      if (!isTailCall(insn)) continue;
      subprog.hasTailCall = true;
      subprog.isTailCallReachable = true;
    }
  }
}

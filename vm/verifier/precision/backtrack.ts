// One insn, walked back: from what must be known exactly behind it to what must be so in front of it.
import { kfuncName, kfuncRow } from '../../helpers/kfuncs.ts';
import { helperName, helperRow } from '../../helpers/table.ts';
import { ATOMICS, FRAME_REG } from '../../isa/opcodes.ts';
import type { Insn } from '../../isa/insn.ts';
import type { Env } from '../env.ts';
import { isTailCall } from '../flow/successors.ts';
import { refuse } from '../refusal.ts';
import type { Step } from '../state.ts';
import type { Trail } from './trail.ts';

/** Registers r1 to r5. */
const ARGS = 0b11_1110;
const LIMIT_FRAME = 7;

/**
 * Walks back over insn `pc` of a path; `nextPc` is the insn that came behind it, -1 none; `step` its entry in the history. False when it cannot be
 * told: then all numbers count. @see backtrack_insn
 */
export function backtrack(
  env: Env,
  trail: Trail,
  pc: number,
  nextPc: number,
  step: Step | undefined,
): boolean {
  const insn = env.insns[pc];
  if (insn === undefined) return true;
  if (env.log.level === 2) {
    const words = `mark_precise: frame${trail.frame}: ${trail.text(trail.frame)} before ${pc}: `;
    env.log.add({ kind: 'words', words, pc });
  }
  const linked = step?.linked;
  if (linked !== undefined) trail.addLinked(linked);
  const goesOn = backtrackInsn(env, trail, insn, pc, nextPc, step);
  if (linked !== undefined && goesOn === 'linked') trail.addLinked(linked);
  return goesOn !== false;
}

/** 'linked' where the insn is one that places are linked at; false when it cannot be told. */
function backtrackInsn(
  env: Env,
  trail: Trail,
  insn: Insn,
  pc: number,
  nextPc: number,
  step: Step | undefined,
): boolean | 'linked' {
  const { op, dst, src } = insn;
  switch (op.kind) {
    case 'alu':
      if (!trail.hasReg(dst)) return true;
      if (op.alu === 'mov') trail.dropReg(dst);
      if (op.source === 'reg' && src !== FRAME_REG) trail.addReg(src);
      return true;
    case 'movsx':
    case 'cast':
      if (!trail.hasReg(dst)) return true;
      trail.dropReg(dst);
      if (src !== FRAME_REG) trail.addReg(src);
      return true;
    case 'neg':
    case 'swap':
      return true;
    case 'load':
    case 'acquire':
      return backtrackLoad(trail, dst, step);
    case 'atomic':
      return backtrackAtomic(env, trail, insn, step);
    case 'store':
    case 'release':
      return backtrackStore(trail, insn, step);
    case 'wide':
      trail.dropReg(dst);
      return true;
    case 'packet':
      return !trail.hasReg(0);
    case 'jump':
      backtrackJump(trail, insn, step);
      return 'linked';
    case 'goto':
      return true;
    case 'call':
      return backtrackCall(env, trail, insn, pc, nextPc);
    case 'exit':
      break;
  }
  backtrackExit(env, trail, nextPc);
  return true;
}

/** Linux 6.18 takes all atomic insns for stores, and loses sight of what they load: that is a gap. */
function backtrackAtomic(env: Env, trail: Trail, insn: Insn, step: Step | undefined): boolean {
  const loaded = fetchedReg(insn);
  if (loaded === undefined || !trail.hasReg(loaded)) return backtrackStore(trail, insn, step);
  env.hasGap = true;
  return env.isStrict ? backtrackLoad(trail, loaded, step) : backtrackStore(trail, insn, step);
}

/** The register in which an atomic insn leaves what stood in memory. */
function fetchedReg({ op, src }: Insn): number | undefined {
  if (op.kind !== 'atomic') return undefined;
  switch (ATOMICS[op.atomic].form) {
    case 'lock':
      return undefined;
    case 'cmpxchg':
      return 0;
    default:
      return src;
  }
}

/** A number that came from elsewhere than the stack is where its history ends. */
function backtrackLoad(trail: Trail, loaded: number, step: Step | undefined): boolean {
  if (!trail.hasReg(loaded)) return true;
  trail.dropReg(loaded);
  if (step?.stack !== undefined) trail.addSlot(step.stack.frame, step.stack.slot);
  return true;
}

function backtrackStore(trail: Trail, { op, dst, src }: Insn, step: Step | undefined): boolean {
  // the address is a number that matters: pointers were subtracted
  if (trail.hasReg(dst)) return false;
  const stack = step?.stack;
  if (stack === undefined || !trail.hasSlot(stack.frame, stack.slot)) return true;
  trail.dropSlot(stack.frame, stack.slot);
  if (op.kind !== 'store' || op.source === 'reg') trail.addReg(src);
  return true;
}

/** The numbers of both sides matter when one does. */
function backtrackJump(trail: Trail, { op, dst, src }: Insn, step: Step | undefined): void {
  if (op.kind !== 'jump' || op.source === 'imm') return;
  if (!trail.hasReg(dst) && !trail.hasReg(src)) return;
  const stackOperands = step?.stackOperands ?? 0;
  if ((stackOperands & 2) === 0) trail.addReg(src);
  if ((stackOperands & 1) === 0) trail.addReg(dst);
}

function backtrackCall(env: Env, trail: Trail, insn: Insn, pc: number, nextPc: number): boolean {
  if (insn.op.name === 'call_subprog') {
    const subprog = env.subprogs[env.subprogAt(pc + 1 + insn.imm)]!;
    if (subprog.info?.linkage === 'global') {
      expectNone(env, trail, ARGS, 'global subprog unexpected regs');
      trail.dropReg(0);
    } else leaveCallee(env, trail, 'static subprog', true);
    return true;
  }
  if (callsBackNow(insn) && pc !== nextPc - 1) {
    leaveCallee(env, trail, 'callback', false);
    return true;
  }
  if (insn.op.name === 'call_kfunc' && insn.imm === 0) return false;
  trail.dropReg(0);
  expectNone(env, trail, ARGS, 'backtracking call unexpected regs');
  if (isTailCall(insn) && nextPc - pc !== 1) enterCallee(env, trail);
  return true;
}

/** Calls a function of the program, any number of times, before it returns. @see is_sync_callback_calling_insn */
export function callsBackNow({ op, imm }: Insn): boolean {
  return calledRow(op.name, imm)?.callback === 'now';
}

/** Calls a function of the program once the program is over. @see is_async_callback_calling_insn */
export function callsBackLater({ op, imm }: Insn): boolean {
  return calledRow(op.name, imm)?.callback === 'later';
}

function calledRow(op: string, id: number): { readonly callback?: 'now' | 'later' } | undefined {
  if (op === 'call_helper') {
    const name = helperName(id);
    return name === undefined ? undefined : helperRow(name);
  }
  if (op !== 'call_kfunc') return undefined;
  const name = kfuncName(id);
  return name === undefined ? undefined : kfuncRow(name);
}

/** From the first insn of a function back to its call. A function's arguments are its caller's registers; a callback's are not. */
function leaveCallee(env: Env, trail: Trail, what: string, hasArgs: boolean): void {
  expectNone(env, trail, ~ARGS, `${what} unexpected regs`);
  if (trail.hasSlots) refuse(env, 'precision-bug', [], `${what} leftover stack slots ${slotsHex(trail)}`);
  const args = trail.regs[trail.frame]!;
  trail.regs[trail.frame] = 0;
  if (trail.frame === 0) refuse(env, 'precision-bug', [], 'subprog exit from frame 0');
  trail.frame -= 1;
  if (hasArgs) trail.regs[trail.frame]! |= args;
}

/** From behind a call back to the exit of what it called. The caller's registers and slots wait in its frame. */
function backtrackExit(env: Env, trail: Trail, nextPc: number): void {
  if (nextPc >= 0 && env.facts[nextPc]!.callsBack) trail.regs[trail.frame]! &= ~ARGS;
  expectNone(env, trail, ARGS, 'backtracking exit unexpected regs');
  const isResult = env.insns[nextPc - 1]?.op.name === 'call_subprog' && trail.hasReg(0);
  trail.dropReg(0);
  enterCallee(env, trail);
  if (isResult) trail.addReg(0);
}

function enterCallee(env: Env, trail: Trail): void {
  if (trail.frame === LIMIT_FRAME)
    refuse(env, 'precision-bug', [], `subprog enter from frame ${LIMIT_FRAME}`);
  trail.frame += 1;
}

/** Registers that have no history at this point of a path. */
function expectNone(env: Env, trail: Trail, unexpected: number, what: string): void {
  const regs = trail.regs[trail.frame]!;
  if ((regs & unexpected) !== 0) refuse(env, 'precision-bug', [], `${what} ${regs.toString(16)}`);
}

function slotsHex(trail: Trail): string {
  const high = BigInt(trail.highSlots[trail.frame]! >>> 0);
  return ((high << 32n) | BigInt(trail.lowSlots[trail.frame]! >>> 0)).toString(16);
}

// Conditional jumps: one side is walked on, the other, where both are possible, is put on hold.
//
//   decide   what the operands say by themselves               jump/decide.ts
//   linked   numbers that are the same, or some way apart      jump/linked.ts
//   null     pointers that may be null                         jump/null-checks.ts
//   packet   pointers into the packet, and its end             jump/packet-end.ts
import type { Insn } from '../isa/insn.ts';
import type { JmpName, SourceName } from '../isa/opcodes.ts';
import type { Width } from '../isa/ops.ts';
import { constReg, numberReg } from './alu/number-reg.ts';
import { FALLS, JUMPS, type Env } from './env.ts';
import { decide } from './jump/decide.ts';
import { collectLinked, syncLinked } from './jump/linked.ts';
import { notNull, settleNull } from './jump/null-checks.ts';
import { learnPacketEnd } from './jump/packet-end.ts';
import { markPrecise, pushStep } from './precision.ts';
import { hasFlag, type Reg } from './reg.ts';
import { readReg } from './regs.ts';
import { refine, refineSame } from './scalar-refine.ts';
import type { Scalar } from './scalar.ts';
import type { Frame, LinkedPlace, State } from './state.ts';
import { pushState } from './walk/pending.ts';

/** `Step.stackOperands`. */
const STACK_DST = 1;
const STACK_SRC = 2;

/** Walks a conditional jump (kind jump): the pc to go on at; the other side, where both are possible, is put on hold. @see check_cond_jmp_op */
export function stepJump(env: Env, insn: Insn): number {
  const { op } = insn;
  if (op.kind !== 'jump') throw new Error(`${op.name} is no conditional jump`);
  const isReg = op.source === 'reg';
  const dst = readReg(env, insn.dst);
  const src = isReg ? readReg(env, insn.src) : constReg(insn.imm);
  noteStack(env, dst, src);
  const isTaken = decide(op.jmp, op.width, dst, src);
  env.facts[env.pc]!.ways |= isTaken === undefined ? FALLS | JUMPS : isTaken ? JUMPS : FALLS;
  if (isTaken === undefined) {
    fork(env, insn, op.jmp, op.width, op.source);
  } else {
    if (dst.type === 'scalar') markPrecise(env, insn.dst);
    if (isReg && src.type === 'scalar') markPrecise(env, insn.src);
  }
  env.showChanges();
  return isTaken === true ? env.pc + 1 + insn.off : env.pc + 1;
}

/** Addresses on the stack do not matter to what was verified, numbers that they are compared with may. */
function noteStack(env: Env, dst: Reg, src: Reg): void {
  const operands = (dst.type === 'stack' ? STACK_DST : 0) | (src.type === 'stack' ? STACK_SRC : 0);
  if (operands !== 0) pushStep(env, undefined, undefined, operands);
}

/** Both sides are possible: the running state goes on where the jump is not taken. */
function fork(env: Env, insn: Insn, jmp: JmpName, width: Width, source: SourceName): void {
  const places = linkedPlaces(env, insn, source);
  const taken = pushState(env, env.pc + 1 + insn.off, env.pc);
  const { regs } = env.state.frame;
  const dst = regs[insn.dst]!; // after linkedPlaces, which may have cut links
  const src = source === 'reg' ? regs[insn.src]! : constReg(insn.imm);
  if (dst.type === 'scalar' && src.type === 'scalar') {
    const found: string[] | undefined = env.log.level > 0 ? [] : undefined;
    learnNumbers(taken.frame, insn, jmp, width, source, true, found);
    learnNumbers(env.state.frame, insn, jmp, width, source, false, found);
    for (const line of found ?? NO_LINES) env.log.line(line);
  }
  if (places.length > 0) tellLinked(env.state, taken, insn, source, places); // also when a number is compared with a pointer
  if (dst.type === 'scalar' && src.type === 'scalar') return;
  if (width === 32) return;
  if (source === 'imm') learnNull(env.state, taken, insn, jmp, dst);
  else {
    learnSamePointer(env.state, taken, insn, jmp, dst, src);
    learnPacketEnd(insn, jmp, dst, src, taken, env.state);
  }
}

const NO_PLACES: readonly LinkedPlace[] = [];
const NO_LINES: readonly string[] = [];

/** Where the numbers that are compared, or such as are linked to them, stand. They go into the history, for those who look back. */
function linkedPlaces(env: Env, insn: Insn, source: SourceName): readonly LinkedPlace[] {
  const dst = env.reg(insn.dst);
  const src = source === 'reg' ? env.reg(insn.src) : undefined;
  const srcId = src?.type === 'scalar' ? src.id : 0;
  if ((dst.type !== 'scalar' || dst.id === 0) && srcId === 0) return NO_PLACES;
  const places: LinkedPlace[] = [];
  if (srcId !== 0) collectLinked(env, srcId, places);
  const { type, id } = env.reg(insn.dst);
  if (type === 'scalar' && id !== 0) collectLinked(env, id, places);
  if (places.length > 1) pushStep(env, undefined, places);
  return places;
}

/** What two numbers tell of each other where the jump is taken, or is not. @see reg_set_min_max */
function learnNumbers(
  { regs }: Frame,
  insn: Insn,
  jmp: JmpName,
  width: Width,
  source: SourceName,
  isTaken: boolean,
  found: string[] | undefined,
): void {
  const dst = regs[insn.dst]!;
  if (source === 'imm') {
    const [learned] = refine(jmp, width, isTaken, dst.scalar, constReg(insn.imm).scalar, found);
    regs[insn.dst] = withNumber(dst, learned);
  } else if (insn.dst === insn.src) {
    regs[insn.dst] = withNumber(dst, refineSame(jmp, width, isTaken, dst.scalar, found));
  } else {
    const src = regs[insn.src]!;
    const [ofDst, ofSrc] = refine(jmp, width, isTaken, dst.scalar, src.scalar, found);
    regs[insn.dst] = withNumber(dst, ofDst);
    regs[insn.src] = withNumber(src, ofSrc);
  }
}

function withNumber(reg: Reg, scalar: Scalar): Reg {
  return numberReg(scalar, reg.precise, reg.id, reg.linked, reg.off);
}

function tellLinked(
  state: State,
  taken: State,
  insn: Insn,
  source: SourceName,
  places: readonly LinkedPlace[],
): void {
  if (source === 'reg' && isLinked(state, insn.src)) {
    syncLinked(state, insn.src, places);
    syncLinked(taken, insn.src, places);
  }
  if (isLinked(state, insn.dst)) {
    syncLinked(state, insn.dst, places);
    syncLinked(taken, insn.dst, places);
  }
}

function isLinked(state: State, n: number): boolean {
  const { type, id } = state.frame.regs[n]!;
  return type === 'scalar' && id !== 0;
}

/** `if pointer == 0`, or `!= 0`: all copies of the pointer are null on one side, and not null on the other. */
function learnNull(state: State, taken: State, insn: Insn, jmp: JmpName, pointer: Reg): void {
  if (insn.imm !== 0 || (jmp !== 'jeq' && jmp !== 'jne') || !hasFlag(pointer, 'maybe_null')) return;
  settleNull(state, pointer.id, jmp === 'jne');
  settleNull(taken, pointer.id, jmp === 'jeq');
}

/** A pointer that equals one that is not null is not null itself. Pointers to the kernel's structs may be null all the same. */
function learnSamePointer(state: State, taken: State, insn: Insn, jmp: JmpName, dst: Reg, src: Reg): void {
  if (jmp !== 'jeq' && jmp !== 'jne') return;
  if (dst.type === 'scalar' || src.type === 'scalar') return;
  if (dst.type === 'btf_id' || src.type === 'btf_id') return;
  const mayDstBeNull = hasFlag(dst, 'maybe_null');
  if (mayDstBeNull === hasFlag(src, 'maybe_null')) return;
  const { regs } = (jmp === 'jeq' ? taken : state).frame;
  const n = mayDstBeNull ? insn.dst : insn.src;
  regs[n] = notNull(regs[n]!);
}

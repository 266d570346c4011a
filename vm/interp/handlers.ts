// One function an operation: runs the insn at pc, returns the pc to go on with, or STOP.
import { helperRun } from '../helpers/run.ts';
import { HELPERS, helperName } from '../helpers/table.ts';
import {
  MOVSX,
  SIZES,
  type AluName,
  type CallName,
  type GotoName,
  type JmpName,
  type SourceName,
  type SwapName,
} from '../isa/opcodes.ts';
import { OP_LIST, OPS, type Op, type SwapBits } from '../isa/ops.ts';
import { ALU32, ALU64 } from './alu.ts';
import { atomic } from './atomics.ts';
import type { Cpu } from './cpu.ts';
import { ADDRESS_HIGH } from '../memory/linear.ts';
import { JUMP32, JUMP64 } from './jumps.ts';
import { LOADS, SIGNED_LOADS, STORES, swap } from './memory-ops.ts';
import { loadPacket } from './packet.ts';
import { IMM_REG } from './registers.ts';

export type Handler = (cpu: Cpu, pc: number) => number;

/** Ends the run. No pc is as high: a program has a million slots at most. */
export const STOP = 0x7fff_ffff;

/** An operation of one kind. */
type OpOf<K extends Op['kind']> = Extract<Op, { kind: K }>;

export function noInsn(cpu: Cpu, pc: number): number {
  return cpu.fault('insn', `no insn that the machine runs stands at pc ${pc}`);
}

function alu64(alu: AluName, source: SourceName): Handler {
  const run = ALU64[alu];
  if (source === 'reg') {
    return (cpu, pc) => {
      const { code } = cpu;
      run(cpu.q, cpu.s, code.dst[pc]!, code.src[pc]!);
      return pc + 1;
    };
  }
  return (cpu, pc) => {
    const { code } = cpu;
    cpu.s[IMM_REG] = code.imm64[pc]!;
    run(cpu.q, cpu.s, code.dst[pc]!, IMM_REG);
    return pc + 1;
  };
}

function alu32(alu: AluName, source: SourceName): Handler {
  const run = ALU32[alu];
  return (cpu, pc) => {
    const { code, r } = cpu;
    const d = 2 * code.dst[pc]!;
    r[d] = run(r[d]!, source === 'reg' ? r[2 * code.src[pc]!]! : code.imm[pc]!);
    r[d + 1] = 0;
    return pc + 1;
  };
}

function neg64(cpu: Cpu, pc: number): number {
  const d = cpu.code.dst[pc]!;
  cpu.q[d] = -cpu.q[d]!;
  return pc + 1;
}

function neg32(cpu: Cpu, pc: number): number {
  const d = 2 * cpu.code.dst[pc]!;
  cpu.r[d] = -cpu.r[d]!;
  cpu.r[d + 1] = 0;
  return pc + 1;
}

/** Keeps the sign of the low 32 - shift bits. */
function signExtend(shift: number, width: 32 | 64): Handler {
  return (cpu, pc) => {
    const { code, r } = cpu;
    const d = 2 * code.dst[pc]!;
    const value = (r[2 * code.src[pc]!]! << shift) >> shift;
    r[d] = value;
    r[d + 1] = width === 64 ? value >> 31 : 0;
    return pc + 1;
  };
}

function byteSwap(kind: SwapName, bits: SwapBits): Handler {
  const run = swap(kind, bits);
  return (cpu, pc) => {
    run(cpu.registers, cpu.q, cpu.code.dst[pc]!);
    return pc + 1;
  };
}

function load(op: Pick<OpOf<'load'>, 'size' | 'signed'>): Handler {
  const run = op.signed ? SIGNED_LOADS[op.size] : LOADS[op.size];
  const { bytes } = SIZES[op.size];
  const mayBeAddress = bytes === 4 && !op.signed;
  return (cpu, pc) => {
    const { code } = cpu;
    const at = cpu.offset(code.src[pc]!, code.off[pc]!, bytes, false);
    const d = code.dst[pc]!;
    run(cpu.memory.view, at, cpu.r, cpu.q, d);
    if (mayBeAddress && cpu.holdsAddress(at)) cpu.r[2 * d + 1] = ADDRESS_HIGH;
    return pc + 1;
  };
}

function store(op: Pick<OpOf<'store'>, 'size' | 'source'>): Handler {
  const run = STORES[op.size];
  const { bytes } = SIZES[op.size];
  const fromImm = op.source === 'imm';
  return (cpu, pc) => {
    const { code } = cpu;
    const at = cpu.offset(code.dst[pc]!, code.off[pc]!, bytes, true);
    if (fromImm) cpu.s[IMM_REG] = code.imm64[pc]!;
    run(cpu.memory.view, at, cpu.r, cpu.q, fromImm ? IMM_REG : code.src[pc]!);
    return pc + 1;
  };
}

function wide(cpu: Cpu, pc: number): number {
  const { code } = cpu;
  cpu.s[code.dst[pc]!] = code.imm64[pc]!;
  return pc + 2;
}

/** Where a jump that is taken leads. Back only as long as there is budget. */
function jumpBy(cpu: Cpu, pc: number, off: number): number {
  if (off < 0) cpu.checkBudget();
  return pc + 1 + off;
}

function jump64(jmp: JmpName, source: SourceName): Handler {
  const taken = JUMP64[jmp];
  return (cpu, pc) => {
    const { code } = cpu;
    if (source === 'imm') cpu.s[IMM_REG] = code.imm64[pc]!;
    const x = source === 'imm' ? IMM_REG : code.src[pc]!;
    return taken(cpu.q, cpu.s, code.dst[pc]!, x) ? jumpBy(cpu, pc, code.off[pc]!) : pc + 1;
  };
}

function jump32(jmp: JmpName, source: SourceName): Handler {
  const taken = JUMP32[jmp];
  return (cpu, pc) => {
    const { code, r } = cpu;
    const b = source === 'imm' ? code.imm[pc]! : r[2 * code.src[pc]!]!;
    return taken(r[2 * code.dst[pc]!]!, b) ? jumpBy(cpu, pc, code.off[pc]!) : pc + 1;
  };
}

const GOTO_HANDLERS = {
  goto: (cpu, pc) => jumpBy(cpu, pc, cpu.code.off[pc]!),
  gotol: (cpu, pc) => jumpBy(cpu, pc, cpu.code.imm[pc]!),
  may_goto: (cpu, pc) => (cpu.mayLoop() ? pc + 1 : jumpBy(cpu, pc, cpu.code.off[pc]!)),
  gotox: noInsn,
} as const satisfies Record<GotoName, Handler>;

/** Calls a helper or a kernel function. */
function callKernel(cpu: Cpu, pc: number): number {
  const run = cpu.code.helpers[pc];
  if (run === undefined) return noInsn(cpu, pc);
  run(cpu);
  clearArgs(cpu);
  return pc + 1;
}

/** r1 to r5 hold nothing after a call. Not by `fill`: that is a call of the host's, and longer than most helpers. */
function clearArgs({ r }: Cpu): void {
  for (let half = 2; half < 12; half++) r[half] = 0;
}

/** Calls the helper whose number is in a register: insns that are run by themselves may, no program of Linux. */
function callRegister(cpu: Cpu, pc: number): number {
  const number = cpu.q[cpu.code.dst[pc]!]!;
  const name = helperName(Number(BigInt.asUintN(32, number)));
  const run = name === undefined ? undefined : helperRun(name);
  if (run === undefined)
    return cpu.fault('insn', `callx of ${number}, which is no helper that the machine runs`);
  run(cpu);
  clearArgs(cpu);
  return pc + 1;
}

const CALL_HANDLERS = {
  helper: callKernel,
  subprog: (cpu, pc) => cpu.call(pc + 1 + cpu.code.imm[pc]!, pc + 1),
  kfunc: callKernel,
  reg: callRegister,
} as const satisfies Record<CallName, Handler>;

/** How the handler of each kind of operation is made. */
const MAKE = {
  alu: ({ alu, width, source }) => (width === 64 ? alu64(alu, source) : alu32(alu, source)),
  neg: ({ width }) => (width === 64 ? neg64 : neg32),
  movsx: ({ movsx, width }) => signExtend(32 - MOVSX[movsx].off, width),
  swap: ({ swap, bits }) => byteSwap(swap, bits),
  load,
  store,
  atomic,
  // One CPU runs everything: what is done in order needs no fence.
  acquire: ({ size }) => load({ size, signed: false }),
  release: ({ size }) => store({ size, source: 'reg' }),
  // Only programs with an arena may have it, and there are no arenas.
  cast: () => noInsn,
  wide: () => wide,
  packet:
    ({ mode, size }) =>
    (cpu, pc) =>
      loadPacket(cpu, pc, mode === 'ind', SIZES[size].bytes) ? pc + 1 : cpu.leave(),
  jump: ({ jmp, width, source }) => (width === 64 ? jump64(jmp, source) : jump32(jmp, source)),
  goto: ({ goto }) => GOTO_HANDLERS[goto],
  call: ({ call }) => CALL_HANDLERS[call],
  exit: () => (cpu) => cpu.leave(),
} as const satisfies { readonly [K in Op['kind']]: (op: OpOf<K>) => Handler };

/** By `InsnColumns.op`. */
const HANDLERS: readonly Handler[] = Array.from({ length: OP_LIST.length }, (_, index) => {
  const op = OP_LIST[index]!;
  const make = MAKE[op.kind] as (op: Op) => Handler; // each row takes the ops of its own kind, and op is of that kind
  return make(op);
});

/** What runs an insn: by `InsnColumns.op` and its imm. What is no insn ends in a fault. */
export function handlerOf(op: number, imm: number): Handler {
  if (op === OPS.call_helper.index && imm === HELPERS.tail_call.id) return tailCall;
  return HANDLERS[op] ?? noInsn;
}

/** bpf_tail_call, the one helper that an engine runs itself. */
function tailCall(cpu: Cpu, pc: number): number {
  return cpu.tailCall(pc);
}

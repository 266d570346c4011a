// What each insn reads of registers, as its code does it, and what it writes. Only for programs whose registers nobody else looks at: not for checked code.
import { HELPERS } from '../../helpers/table.ts';
import { OP_LIST, OPS, type Op } from '../../isa/ops.ts';
import type { KernelProg } from '../../kernel/prog.ts';
import { accessOf, type Access } from './access.ts';
import { ARGS, R0, TAIL_CALL_ARGS } from './registers.ts';
import type { TranslateMode } from './options.ts';

/** How much of a register is read: its low half, all of it, or as much as others read of the result. */
export type Need = 'low' | 'all' | 'result';

export interface Operands {
  readonly reads: readonly (readonly [reg: number, need: Need])[];
  /** -1: nothing. */
  readonly writes: number;
  /** What is written comes as 64 bits from elsewhere. */
  readonly isWhole: boolean;
}

/** The insn as those see it who ask for its operands. */
interface Place {
  readonly prog: KernelProg;
  readonly mode: TranslateMode;
  readonly pc: number;
  readonly dst: number;
  readonly src: number;
}

const NOTHING: Operands = { reads: [], writes: -1, isWhole: false };
const made = (writes: number, ...reads: Operands['reads']): Operands => ({ reads, writes, isWhole: false });
const given = (writes: number, reads: Operands['reads']): Operands => ({ reads, writes, isWhole: true });

const all = (regs: readonly number[]): Operands['reads'] => regs.map((reg) => [reg, 'all'] as const);

/** Operations of 64 bits whose low half is made of low halves. */
export const LOW_OF_LOW: ReadonlySet<string> = new Set(['add', 'sub', 'mul', 'or', 'and', 'xor']);
const SHIFTS: ReadonlySet<string> = new Set(['lsh', 'rsh', 'arsh']);

function alu({ alu, width, source }: Extract<Op, { kind: 'alu' }>, { prog, pc, dst, src }: Place): Operands {
  const operand = (need: Need): Operands['reads'] => (source === 'reg' ? [[src, need]] : []);
  if (alu === 'mov') return made(dst, ...operand(width === 32 ? 'low' : 'result'));
  if (width === 32) return made(dst, [dst, 'low'], ...operand('low'));
  if (LOW_OF_LOW.has(alu)) return made(dst, [dst, 'result'], ...operand('result'));
  const isLowShift = alu === 'lsh' && source === 'imm' && prog.code.imm[pc]! < 32;
  if (isLowShift) return made(dst, [dst, 'result']);
  return made(dst, [dst, 'all'], ...operand(SHIFTS.has(alu) ? 'low' : 'all'));
}

/** Of the register that holds the address. */
function addressNeed(access: Access): Need {
  return access === 'bare' || access === 'plain' || access === 'pointer' ? 'low' : 'all';
}

function load(_op: Op, { prog, mode, pc, dst, src }: Place): Operands {
  return made(dst, [src, addressNeed(accessOf(prog, mode, pc, false))]);
}

function store(size: string, isReg: boolean, { prog, mode, pc, dst, src }: Place): Operands {
  const base = [dst, addressNeed(accessOf(prog, mode, pc, true))] as const;
  return made(-1, base, ...(isReg ? [[src, size === 'dw' ? 'all' : 'low'] as const] : []));
}

function call(_op: Op, { prog, pc }: Place): Operands {
  // Some helpers read more than their row tells.
  return isTailCall(prog, pc) ? made(-1, ...tailCallReads(prog, pc)) : given(R0, all(ARGS));
}

/** Where the prog array is known, r2 is not looked at. */
function tailCallReads({ known }: KernelProg, pc: number): Operands['reads'] {
  const map = known?.facts[pc]?.map;
  if (map === undefined || map === 'many') return all(ARGS);
  return [
    [TAIL_CALL_ARGS.ctx, 'low'],
    [TAIL_CALL_ARGS.index, 'low'],
  ];
}

/** By kind of operation. */
const OPERANDS = {
  alu,
  neg: ({ width }, { dst }) => made(dst, [dst, width === 32 ? 'low' : 'result']),
  movsx: (_op, { dst, src }) => made(dst, [src, 'low']),
  swap: ({ bits }, { dst }) => made(dst, [dst, bits === 64 ? 'all' : 'low']),
  load,
  acquire: load,
  store: ({ size, source }, place) => store(size, source === 'reg', place),
  release: ({ size }, place) => store(size, true, place),
  atomic({ atomic }, { prog, mode, pc, dst, src }) {
    const base = [dst, addressNeed(accessOf(prog, mode, pc, true))] as const;
    if (atomic === 'cmpxchg') return given(R0, [base, [src, 'all'], [R0, 'all']]);
    const returns = atomic === 'xchg' || atomic.startsWith('fetch_');
    return given(returns ? src : -1, [base, [src, 'all']]);
  },
  cast: () => NOTHING,
  wide: (_op, { dst }) => made(dst),
  packet: ({ mode }, { src }) => given(R0, all(mode === 'ind' ? [6, src] : [6])),
  jump({ width, source }, { dst, src }) {
    const need = width === 32 ? 'low' : 'all';
    return made(-1, [dst, need], ...(source === 'reg' ? [[src, need] as const] : []));
  },
  goto: () => NOTHING,
  call,
  exit: () => made(-1, [R0, 'all']),
} as const satisfies {
  readonly [K in Op['kind']]: (op: Extract<Op, { kind: K }>, place: Place) => Operands;
};

export function operandsAt(prog: KernelProg, mode: TranslateMode, pc: number): Operands {
  const op = OP_LIST[prog.code.op[pc]!];
  if (op === undefined) return NOTHING;
  const { dst, src } = prog.code;
  const read = OPERANDS[op.kind] as (op: Op, place: Place) => Operands; // each row takes the ops of its own kind, and op is of that kind
  return read(op, { prog, mode, pc, dst: dst[pc]!, src: src[pc]! });
}

/** True for bpf_tail_call. */
export function isTailCall({ code }: KernelProg, pc: number): boolean {
  return code.op[pc] === OPS.call_helper.index && code.imm[pc] === HELPERS.tail_call.id;
}

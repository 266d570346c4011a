// Straight programs on three numbers of which nothing is known at first, and what the scalars of the verifier make of them: what the kernel's log
// should say of each register, insn by insn.
import type { AluName, JmpName, MovsxName, SizeName, SwapName } from '../../vm/isa/opcodes.ts';
import { ALU, JMP, MOVSX, SIZES, SWAPS } from '../../vm/isa/opcodes.ts';
import { makeInsn, type Insn } from '../../vm/isa/insn.ts';
import type { OpName, SwapBits, Width } from '../../vm/isa/ops.ts';
import { printReg } from '../../vm/verifier/print-state.ts';
import { scalarReg } from '../../vm/verifier/reg.ts';
import { aluScalar, negScalar, signExtend, swapScalar, truncate } from '../../vm/verifier/scalar-alu.ts';
import { branchTaken } from '../../vm/verifier/scalar-compare.ts';
import { refine, refineSame } from '../../vm/verifier/scalar-refine.ts';
import { constScalar, isConst, UNKNOWN, type Scalar } from '../../vm/verifier/scalar.ts';
import type { Random } from './seed.ts';

/** The registers that hold numbers. */
const REGS = [6, 7, 8] as const;

/** The second operand: a register, or a number (s32; s64 for `set`). */
type Operand = { readonly reg: number } | { readonly imm: number };

export type ScalarStep =
  | {
      readonly kind: 'alu';
      readonly alu: AluName;
      readonly width: Width;
      readonly dst: number;
      readonly src: Operand;
    }
  | { readonly kind: 'neg'; readonly width: Width; readonly dst: number }
  | { readonly kind: 'movsx'; readonly movsx: MovsxName; readonly width: Width; readonly dst: number }
  | { readonly kind: 'low'; readonly dst: number }
  | { readonly kind: 'swap'; readonly swap: SwapName; readonly bits: SwapBits; readonly dst: number }
  | { readonly kind: 'set'; readonly dst: number; readonly value: bigint }
  | { readonly kind: 'fill'; readonly size: SizeName; readonly isSigned: boolean; readonly dst: number }
  | {
      readonly kind: 'jump';
      readonly jmp: JmpName;
      readonly width: Width;
      readonly dst: number;
      readonly src: Operand;
      /** Which side the program goes on at; the other ends it. */
      readonly isTaken: boolean;
    };

export interface ScalarProgram {
  readonly insns: readonly Insn[];
  readonly steps: readonly ScalarStep[];
  /** By pc of an insn, or of the target of a jump that is taken (`from`): what registers are to hold, as printed. */
  readonly expected: readonly {
    readonly pc: number;
    readonly from: number | undefined;
    readonly reg: number;
    readonly text: string;
  }[];
  /** pcs of jumps that go both ways, and of those that are decided. */
  readonly forks: readonly number[];
  readonly decided: readonly number[];
  /** Lines of contradictions, on the side of jumps that the program goes on at. */
  readonly contradictions: readonly string[];
}

const EDGES = [
  0, 1, 2, 3, 7, 8, 15, 31, 32, 63, 64, 127, 128, 255, 256, 4095, 32767, 32768, 65535, 65536, 0x7fffffff,
  -0x80000000, -1, -2, -8, -128, -129, -256, -32768, -65536,
];

function anyImm(random: Random): number {
  const kind = random.below(4);
  if (kind < 2) return random.pick(EDGES);
  if (kind === 2) return (random.u32() >>> random.below(32)) | 0;
  return -(random.u32() >>> (1 + random.below(31))) | 0;
}

function anyImm64(random: Random): bigint {
  if (random.below(3) === 0) return BigInt.asUintN(64, BigInt(anyImm(random)) << BigInt(random.below(40)));
  return BigInt.asUintN(64, random.u64() >> BigInt(random.below(64)));
}

const keys = <T extends object>(table: T): (keyof T)[] => Object.keys(table) as (keyof T)[];
const TRACKED: readonly AluName[] = ['add', 'sub', 'mul', 'and', 'or', 'xor', 'lsh', 'rsh', 'arsh'];
const WIDTHS = [64, 32] as const;

/** Some steps; more of those that keep something known. */
export function anyScalarSteps(random: Random, count: number): ScalarStep[] {
  return Array.from({ length: count }, () => anyStep(random));
}

function anyStep(random: Random): ScalarStep {
  const dst = random.pick(REGS);
  const width = random.pick(WIDTHS);
  const src: Operand = random.below(2) === 0 ? { imm: anyImm(random) } : { reg: random.pick(REGS) };
  const kind = random.below(32);
  if (kind < 12) {
    const alu = random.pick(TRACKED);
    const isShift = alu === 'lsh' || alu === 'rsh' || alu === 'arsh';
    if (isShift && ('imm' in src || random.below(16) > 0)) {
      return { kind: 'alu', alu, width, dst, src: { imm: random.below(width) } };
    }
    return { kind: 'alu', alu, width, dst, src };
  }
  if (kind < 25)
    return { kind: 'jump', jmp: random.pick(keys(JMP)), width, dst, src, isTaken: random.below(2) === 0 };
  if (kind === 25) return { kind: 'neg', width, dst };
  if (kind === 26) {
    const movsx = random.pick(keys(MOVSX));
    return { kind: 'movsx', movsx, width: movsx === 'movsx32' ? 64 : width, dst };
  }
  if (kind === 27) return { kind: 'low', dst };
  if (kind === 28) {
    if (random.below(2) > 0) return { kind: 'set', dst, value: anyImm64(random) };
    return { kind: 'swap', swap: random.pick(keys(SWAPS)), bits: random.pick([16, 32, 64] as const), dst };
  }
  if (kind === 29 && random.below(4) === 0) {
    const alu = random.pick(keys(ALU).filter((name) => !TRACKED.includes(name) && name !== 'mov'));
    return { kind: 'alu', alu, width, dst, src: { imm: anyImm(random) || 1 } };
  }
  const size = random.pick(keys(SIZES));
  return { kind: 'fill', size, isSigned: size !== 'dw' && random.below(2) === 0, dst };
}

/** The program of some steps. Each of the three registers begins as an unknown number. */
export function scalarProgram(steps: readonly ScalarStep[]): ScalarProgram {
  const insns: Insn[] = [];
  let slots = 0;
  const emit = (name: OpName, fields: Parameters<typeof makeInsn>[1] = {}): number => {
    const insn = makeInsn(name, fields);
    insns.push(insn);
    slots += insn.op.slots;
    return slots - insn.op.slots;
  };
  for (const reg of REGS) {
    emit('call_helper', { imm: 7 }); // get_prandom_u32
    emit('mov64_reg', { dst: reg, src: 0 });
  }
  const held = new Map<number, Scalar>(REGS.map((reg) => [reg, UNKNOWN]));
  const expected: ScalarProgram['expected'][number][] = [];
  const forks: number[] = [];
  const decided: number[] = [];
  const contradictions: string[] = [];
  const ends: number[] = [];
  let isReached = true;
  const expect = (pc: number, reg: number, from?: number): void => {
    if (isReached) expected.push({ pc, from, reg, text: printReg(scalarReg(held.get(reg)!), 0) });
  };
  for (const step of steps) {
    const dst = held.get(step.dst)!;
    if (step.kind !== 'jump') {
      const pc = emitStep(step, emit);
      if (forksNumbers(step, dst, held)) isReached = false;
      held.set(step.dst, resultOf(step, dst, held));
      expect(pc, step.dst);
      continue;
    }
    const { jmp, width, src } = step;
    const isReg = 'reg' in src;
    const other = isReg ? held.get(src.reg)! : constScalar(BigInt(src.imm));
    const isSame = isReg && src.reg === step.dst;
    const answer = branchTaken(jmp, width, dst, other);
    const name = `${jmp}${width}_${isReg ? 'reg' : 'imm'}` as const;
    const pc = emit(
      name,
      isReg ? { dst: step.dst, src: src.reg, off: 1 } : { dst: step.dst, imm: src.imm, off: 1 },
    );
    if (step.isTaken) ends.push(emit('goto'));
    else ends.push(pc);
    if (isReached) (answer === undefined ? forks : decided).push(pc);
    if (answer !== undefined) {
      isReached &&= answer === step.isTaken;
      continue;
    }
    const found: string[] = [];
    if (isSame) held.set(step.dst, refineSame(jmp, width, step.isTaken, dst, found));
    else {
      const [first, second] = refine(jmp, width, step.isTaken, dst, other, found);
      held.set(step.dst, first);
      if (isReg) held.set(src.reg, second);
    }
    if (isReached) contradictions.push(...found);
    const from = step.isTaken ? pc : undefined;
    const at = step.isTaken ? slots : pc;
    expect(at, step.dst, from);
    if (isReg) expect(at, src.reg, from);
  }
  const end = emit('mov64_imm', { dst: 0, imm: 0 });
  emit('exit');
  const jumps = new Set(ends);
  let pc = 0;
  const linked = insns.map((insn) => {
    const at = pc;
    pc += insn.op.slots;
    return jumps.has(at) ? makeInsn(insn.op.name, { ...insn, off: end - at - 1 }) : insn;
  });
  return { insns: linked, steps, expected, forks, decided, contradictions };
}

/** `and` and `or` of 0 or -1 with a constant walk both numbers on their own: not what scalars do. */
function forksNumbers(step: ScalarStep, dst: Scalar, held: ReadonlyMap<number, Scalar>): boolean {
  if (step.kind !== 'alu' || (step.alu !== 'and' && step.alu !== 'or')) return false;
  if ('reg' in step.src && !isConst(held.get(step.src.reg)!)) return false;
  return (dst.smin === -1n && dst.smax === 0n) || (dst.s32min === -1 && dst.s32max === 0);
}

function emitStep(
  step: Exclude<ScalarStep, { kind: 'jump' }>,
  emit: (name: OpName, fields: Parameters<typeof makeInsn>[1]) => number,
): number {
  const { dst } = step;
  switch (step.kind) {
    case 'alu':
      return 'reg' in step.src
        ? emit(`${step.alu}${step.width}_reg`, { dst, src: step.src.reg })
        : emit(`${step.alu}${step.width}_imm`, { dst, imm: step.src.imm });
    case 'neg':
      return emit(`neg${step.width}`, { dst });
    case 'movsx':
      return emit(`${step.movsx}_${step.width}` as OpName, { dst, src: dst });
    case 'low':
      return emit('mov32_reg', { dst, src: dst });
    case 'swap':
      return emit(`${step.swap}${step.bits}`, { dst });
    case 'set':
      return emit('ld_imm64', {
        dst,
        imm: Number(BigInt.asIntN(32, step.value)),
        hi: Number(BigInt.asIntN(32, step.value >> 32n)),
      });
    default:
      emit('stx_u64', { dst: 10, src: dst, off: -8 });
      return emit(`ldx_${step.isSigned ? SIZES[step.size as 'b'].signed : SIZES[step.size].unsigned}`, {
        dst,
        src: 10,
        off: -8,
      });
  }
}

function resultOf(
  step: Exclude<ScalarStep, { kind: 'jump' }>,
  dst: Scalar,
  held: ReadonlyMap<number, Scalar>,
): Scalar {
  switch (step.kind) {
    case 'alu':
      return aluScalar(
        step.alu,
        step.width,
        dst,
        'reg' in step.src ? held.get(step.src.reg)! : constScalar(BigInt(step.src.imm)),
      );
    case 'neg':
      return negScalar(step.width, dst);
    case 'movsx':
      return signExtend(dst, MOVSX[step.movsx].off, step.width);
    case 'low':
      return aluScalar('mov', 32, dst, dst);
    case 'swap':
      return swapScalar(step.swap, step.bits, dst);
    case 'set':
      return constScalar(step.value);
    default: {
      const { bytes } = SIZES[step.size];
      return step.isSigned ? signExtend(dst, (8 * bytes) as 8, 64) : truncate(dst, bytes);
    }
  }
}

/** What differs between the kernel's log (level 2) and what was expected: one line, undefined when nothing does. */
export function logDifference(program: ScalarProgram, log: string): string | undefined {
  const insnLines = new Map<number, string>();
  const pathLines = new Map<string, string>();
  const forks = new Set<number>();
  for (const line of log.split('\n')) {
    const insn = /^(\d+): \([0-9a-f]{2}\)(.*)$/u.exec(line);
    if (insn) insnLines.set(Number(insn[1]), insn[2]!);
    const path = /^from (\d+) to (\d+):(.*)$/u.exec(line);
    if (path) {
      forks.add(Number(path[1]));
      pathLines.set(`${path[1]} ${path[2]}`, path[3]!);
    }
  }
  for (const pc of program.forks) if (!forks.has(pc)) return `${pc}: decided by the kernel`;
  for (const pc of program.decided) if (forks.has(pc)) return `${pc}: goes both ways`;
  for (const line of program.contradictions) if (!log.includes(line)) return `not said: ${line}`;
  for (const { pc, from, reg, text } of program.expected) {
    const line = from === undefined ? insnLines.get(pc) : pathLines.get(`${from} ${pc}`);
    const found = new RegExp(` R${reg}=P?([^ ]*)`, 'u').exec(line?.replace(/^.*;/u, '') ?? '')?.[1];
    const kernel = found?.replace(/id=\d+([+-]\d+)?,?/u, '');
    if (kernel !== undefined && kernel !== text) return `${pc}: R${reg}=${kernel}, not ${text}`;
  }
  return undefined;
}

// Random programs that the kernel accepts: all registers and the stack set, then arithmetic, memory, atomics and jumps forward, and at the end
// everything folded into r0.
import { encodeInsn, makeInsn, type Insn } from '../../vm/isa/insn.ts';
import { SIZES } from '../../vm/isa/opcodes.ts';
import { OP_LIST, type Op, type OpName } from '../../vm/isa/ops.ts';
import type { Random } from './seed.ts';

const FP = 10;
const REGS = 10;
const WORDS = 8;

/** Numbers at which arithmetic goes wrong. */
const EDGES = [
  0n,
  1n,
  2n,
  31n,
  32n,
  63n,
  64n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  1n << 63n,
  (1n << 64n) - 1n,
];

/** Kinds that a body is made of. */
const BODY_OPS = OP_LIST.filter(({ kind }) =>
  ['alu', 'neg', 'movsx', 'swap', 'load', 'acquire', 'store', 'release', 'atomic', 'jump'].includes(kind),
);

/**
 * Clears the upper half of r0, but on x86-64 not where it finds what it compares with; Linux 6.18 adds an insn for that, and forgets it where its verifier
 * takes two states behind a branch for the same. So programs here do it themselves.
 */
const NARROW_CMPXCHG: OpName = 'atomic_cmpxchg32';

/** A program of about `length` insns in its body; returns the low half of a mix of all registers and stack words. */
export function randomProg(random: Random, length: number): Uint8Array {
  const insns: Insn[] = [];
  for (let dst = 0; dst < REGS; dst++) insns.push(wide(dst, randomValue(random)));
  for (let word = 1; word <= WORDS; word++) {
    insns.push(makeInsn('stx_u64', { dst: FP, src: random.below(REGS), off: -8 * word }));
  }
  for (let i = 0; i < length; i++) {
    const insn = bodyInsn(random, length - i);
    insns.push(insn);
    if (insn.op.name === NARROW_CMPXCHG) insns.push(makeInsn('mov32_reg', { dst: 0, src: 0 }));
  }
  insns.push(...fold());
  return encode(insns);
}

function wide(dst: number, value: bigint): Insn {
  const parts = { imm: Number(BigInt.asIntN(32, value)), hi: Number(BigInt.asIntN(32, value >> 32n)) };
  return makeInsn('ld_imm64', { dst, ...parts });
}

function randomValue(random: Random): bigint {
  const value = random.below(2) === 0 ? random.pick(EDGES) : random.u64() >> BigInt(random.below(64));
  return random.below(4) === 0 ? BigInt.asUintN(64, -value) : value;
}

function bodyInsn(random: Random, room: number): Insn {
  const op = random.pick(BODY_OPS);
  const dst = random.below(REGS);
  const src = random.below(REGS);
  const imm = immFor(random, op);
  if (op.kind === 'jump') return makeInsn(op.name, { dst, src, imm, off: random.below(Math.min(6, room)) });
  if (op.kind === 'load' || op.kind === 'acquire')
    return makeInsn(op.name, { dst, src: FP, off: stackOff(random, SIZES[op.size].bytes) });
  if (op.kind === 'store' || op.kind === 'release' || op.kind === 'atomic') {
    return makeInsn(op.name, { dst: FP, src, imm, off: stackOff(random, SIZES[op.size].bytes) });
  }
  return makeInsn(op.name, { dst, src, imm });
}

function stackOff(random: Random, bytes: number): number {
  return -bytes * (1 + random.below((8 * WORDS) / bytes));
}

/** A shift by less than the width, a divisor other than 0. */
function immFor(random: Random, op: Op): number {
  if (op.kind === 'alu' && ['lsh', 'rsh', 'arsh'].includes(op.alu)) return random.below(op.width);
  const imm = Number(BigInt.asIntN(32, randomValue(random)));
  const divides = op.kind === 'alu' && ['div', 'sdiv', 'mod', 'smod'].includes(op.alu);
  return divides && imm === 0 ? 7 : imm;
}

/** r0 = a mix of r0 to r9 and of the stack, its high half folded into the low. */
function fold(): Insn[] {
  const insns: Insn[] = [];
  const mix = (src: number): void => {
    insns.push(makeInsn('mul64_imm', { dst: 0, imm: 0x0100_0193 }), makeInsn('xor64_reg', { dst: 0, src }));
  };
  for (let src = 1; src < REGS; src++) mix(src);
  for (let word = 1; word <= WORDS; word++) {
    insns.push(makeInsn('ldx_u64', { dst: 1, src: FP, off: -8 * word }));
    mix(1);
  }
  const tail: [OpName, Partial<Insn>][] = [
    ['mov64_reg', { dst: 1, src: 0 }],
    ['rsh64_imm', { dst: 1, imm: 32 }],
    ['xor64_reg', { dst: 0, src: 1 }],
    ['exit', {}],
  ];
  for (const [name, fields] of tail) insns.push(makeInsn(name, fields));
  return insns;
}

function encode(insns: readonly Insn[]): Uint8Array {
  const slots = insns.reduce((sum, { op }) => sum + op.slots, 0);
  const bytes = new Uint8Array(8 * slots);
  let pc = 0;
  for (const insn of insns) {
    encodeInsn(bytes, pc, insn);
    pc += insn.op.slots;
  }
  return bytes;
}

/** Operations that the body can hold; a test asks that random programs have used each. */
export const RANDOM_OPS: readonly OpName[] = BODY_OPS.map(({ name }) => name);

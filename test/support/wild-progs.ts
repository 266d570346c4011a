// Programs that pass the structural check and nothing else: functions that call each other, loops, callbacks, tail calls and accesses that miss. What they do
// must be the same on both engines, fault or not.
import { HELPERS } from '../../vm/helpers/table.ts';
import { encodeInsn, makeInsn, type Insn } from '../../vm/isa/insn.ts';
import { OP_LIST, type Op, type OpName } from '../../vm/isa/ops.ts';
import type { Random } from './seed.ts';

/** Fds of maps: a prog_array and others, and of what helpers may be called. */
export interface WildWorld {
  readonly progArray: number;
  readonly maps: readonly number[];
}

const FP = 10;
/** Jumps over the next insn stay as they are. */
const SKIP = 1;
const BODY_OPS = OP_LIST.filter(
  ({ kind, name }) =>
    ['alu', 'neg', 'movsx', 'swap', 'load', 'acquire', 'store', 'release', 'atomic', 'jump'].includes(kind) ||
    name === 'may_goto',
);
const CALLS = [
  HELPERS.map_lookup_elem.id,
  HELPERS.map_update_elem.id,
  HELPERS.ktime_get_ns.id,
  HELPERS.get_prandom_u32.id,
  HELPERS.get_smp_processor_id.id,
  HELPERS.skb_load_bytes.id,
];

/** A program of a few functions: its insns. */
export function wildProg(random: Random, world: WildWorld): Uint8Array {
  const count = 1 + random.below(4);
  const functions = Array.from({ length: count }, (_, i) => draft(random, world, i, i + 1 < count));
  const starts: number[] = [];
  let pc = 0;
  for (const insns of functions) {
    starts.push(pc);
    pc += slotsOf(insns);
  }
  const bytes = new Uint8Array(8 * pc);
  pc = 0;
  for (const insns of functions) {
    for (const insn of insns) {
      const { name } = insn.op;
      const isCallee = name === 'call_subprog' || name === 'ld_func';
      const imm = isCallee ? starts[insn.imm % starts.length]! - pc - 1 : insn.imm;
      encodeInsn(bytes, pc, { ...insn, imm });
      pc += insn.op.slots;
    }
  }
  return bytes;
}

function slotsOf(insns: readonly Insn[]): number {
  return insns.reduce((sum, { op }) => sum + op.slots, 0);
}

/** One function: pieces of some insns each; jumps go to the starts of pieces. Function `number` calls the next one, so that all are reached. */
function draft(random: Random, world: WildWorld, number: number, hasNext: boolean): Insn[] {
  const pieces: Insn[][] = [];
  if (number === 0)
    pieces.push([makeInsn('mov64_reg', { dst: 6, src: 1 }), makeInsn('mov64_reg', { dst: 7, src: 10 })]);
  for (let i = 3 + random.below(10); i > 0; i--) pieces.push(piece(random, world));
  if (hasNext) pieces.push([makeInsn('call_subprog', { imm: number + 1 })]);
  pieces.push([makeInsn('exit')]);
  const starts: number[] = [];
  let slot = 0;
  for (const insns of pieces) {
    starts.push(slot);
    slot += slotsOf(insns);
  }
  slot = 0;
  return pieces.flatMap((insns, i) =>
    insns.map((insn) => {
      slot += insn.op.slots;
      if ((insn.op.kind !== 'jump' && insn.op.kind !== 'goto') || insn.off === SKIP) return insn;
      const isBack = random.below(4) === 0;
      const to = isBack
        ? starts[random.below(i + 1)]!
        : starts[i + 1 + random.below(Math.max(1, starts.length - i - 1))]!;
      const field = insn.op.name === 'gotol' ? 'imm' : 'off';
      return { ...insn, [field]: to - slot };
    }),
  );
}

function mapIn(dst: number, fd: number): Insn {
  return makeInsn('ld_map_fd', { dst, imm: fd });
}

function piece(random: Random, { maps, progArray }: WildWorld): Insn[] {
  const key = (dst: number): Insn[] => [
    makeInsn('st_u32', { dst: FP, off: -4, imm: random.below(5) }),
    makeInsn('mov64_reg', { dst, src: FP }),
    makeInsn('add64_imm', { dst, imm: -4 }),
  ];
  const kinds: (() => Insn[])[] = [
    () => [makeInsn('call_subprog', { imm: random.below(8) })],
    () => [
      makeInsn('mov64_imm', { dst: 1, imm: random.below(4) }),
      makeInsn('ld_func', { dst: 2, imm: random.below(8) }),
      makeInsn('mov64_reg', { dst: 3, src: FP }),
      makeInsn('mov64_imm', { dst: 4, imm: random.below(8) === 0 ? 1 : 0 }),
      makeInsn('call_helper', { imm: HELPERS.loop.id }),
    ],
    () => [
      makeInsn('mov64_reg', { dst: 1, src: 6 }),
      mapIn(2, random.below(8) === 0 ? random.pick(maps) : progArray),
      makeInsn('mov64_imm', { dst: 3, imm: random.below(6) }),
      makeInsn('call_helper', { imm: HELPERS.tail_call.id }),
    ],
    () => [
      mapIn(1, random.pick(maps)),
      ...key(2),
      ...key(3),
      makeInsn('call_helper', { imm: random.pick(CALLS) }),
    ],
    () => [
      mapIn(1, random.pick(maps)),
      ...key(2),
      makeInsn('call_helper', { imm: HELPERS.map_lookup_elem.id }),
      makeInsn('jeq64_imm', { dst: 0, imm: 0 }),
      makeInsn(random.pick(['atomic_add64', 'atomic_fetch_or32', 'stx_u64', 'stx_u16', 'atomic_cmpxchg64']), {
        dst: 0,
        src: 7,
        off: random.below(9) - 1,
      }),
    ],
    () => [
      makeInsn('jgt64_reg', { dst: random.below(10), src: random.below(10), off: SKIP }),
      makeInsn(random.pick(['goto', 'gotol'])),
    ],
    () => [makeInsn('mov64_reg', { dst: random.below(10), src: random.pick([6, 10, 10]) })],
    () => [makeInsn(random.pick(['ld_abs_u8', 'ld_abs_u16', 'ld_abs_u32']), { imm: random.below(80) - 4 })],
    () => [
      makeInsn(random.pick(['ld_ind_u8', 'ld_ind_u32']), { src: random.below(10), imm: random.below(20) }),
    ],
    () => [makeInsn('ld_imm64', { dst: random.below(10), imm: random.u32(), hi: random.u32() })],
  ];
  if (random.below(3) === 0) return random.pick(kinds)();
  return Array.from({ length: 1 + random.below(5) }, () =>
    makeInsn(...anyInsn(random, random.pick(BODY_OPS))),
  );
}

function anyInsn(random: Random, op: Op): [OpName, Partial<Insn>] {
  const isLoad = op.kind === 'load' || op.kind === 'acquire';
  const isAccess = isLoad || op.kind === 'store' || op.kind === 'release' || op.kind === 'atomic';
  const onStack = isAccess && random.below(12) > 0;
  const off = onStack ? -8 * (1 + random.below(64)) : random.below(30) - 10;
  const other = safe(random);
  const base = onStack ? FP : random.below(10);
  const fields = { dst: isLoad || !isAccess ? other : base, src: isLoad ? base : random.below(11) };
  return [op.name, { ...fields, off: isAccess ? off : 0, imm: immOf(random, op) }];
}

/** Registers but r6, which mostly holds the ctx. */
function safe(random: Random): number {
  const reg = random.below(10);
  return reg === 6 && random.below(10) > 0 ? 8 : reg;
}

/** What the structural check does not take, left out. */
function immOf(random: Random, op: Op): number {
  const imm = random.pick([random.below(64), random.u32(), 0, -1]);
  if (op.kind !== 'alu') return imm;
  if (op.alu === 'lsh' || op.alu === 'rsh' || op.alu === 'arsh') return imm & (op.width - 1);
  return imm === 0 && ['div', 'sdiv', 'mod', 'smod'].includes(op.alu) ? 1 : imm;
}

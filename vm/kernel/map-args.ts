// Until the verifier exists: which helper call surely gets a map that the helper does not take. Follows the maps that wide insns load
// through registers, forward over all paths; where paths meet with different maps, on the stack and in subprograms it knows nothing, and
// the engine faults there instead.
import { helperName, helperRow, type HelperName } from '../helpers/table.ts';
import { decodeInsn, type Insn } from '../isa/insn.ts';
import type { Op } from '../isa/ops.ts';
import { ERRNO } from '../errno.ts';
import type { KernelMap } from '../maps/map.ts';
import { hasFlag, mapTypeRow } from '../maps/types.ts';

/** A call that the kernel refuses, in its words. */
export interface MapArgError {
  readonly pc: number;
  readonly errno: number;
  readonly message: string;
}

/** Map in each register, undefined where none or unknown. */
type Regs = readonly (KernelMap | undefined)[];

const NO_MAPS: Regs = Array.from({ length: 11 }, () => undefined);
/** Registers that a call overwrites. */
const CLOBBERED = 6;

/** The first call that gets the wrong map. `mapAt` gives the map that the wide insn at a pc names; the insns have passed checkProg. */
export function checkMapArgs(
  insns: Uint8Array,
  mapAt: (pc: number) => KernelMap | undefined,
): MapArgError | undefined {
  const seen = new Map<number, Regs>();
  const work: [number, Regs][] = [[0, NO_MAPS]];
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    const [pc, incoming] = next;
    const before = seen.get(pc);
    const regs = before === undefined ? incoming : meet(before, incoming);
    if (before !== undefined && same(before, regs)) continue;
    seen.set(pc, regs);
    const insn = decodeInsn(insns, pc);
    if (insn === undefined) continue; // the end of the program
    const error = callError(pc, insn, regs);
    if (error !== undefined) return error;
    const after = step(insn, regs, mapAt(pc));
    for (const target of targetsOf(pc, insn)) work.push([target, after]);
    if (insn.op.kind === 'call' && insn.op.call === 'subprog') work.push([pc + 1 + insn.imm, NO_MAPS]);
  }
  return undefined;
}

function meet(a: Regs, b: Regs): Regs {
  return a.map((map, reg) => (map === b[reg] ? map : undefined));
}

function same(a: Regs, b: Regs): boolean {
  return a.every((map, reg) => map === b[reg]);
}

/** Where the insn goes on, within its function. */
function targetsOf(pc: number, { op, off, imm }: Insn): readonly number[] {
  const next = pc + op.slots;
  if (op.kind === 'exit') return [];
  if (op.kind === 'jump') return [next, next + off];
  if (op.kind !== 'goto') return [next];
  if (op.goto === 'may_goto') return [next, next + off];
  return [next + (op.goto === 'gotol' ? imm : off)];
}

/** What an insn of each kind does to the registers. */
const EFFECTS = {
  call: 'clobbers',
  packet: 'clobbers',
  wide: 'writes',
  alu: 'writes',
  neg: 'writes',
  movsx: 'writes',
  swap: 'writes',
  cast: 'writes',
  load: 'writes',
  acquire: 'writes',
  atomic: 'swaps',
  store: 'none',
  release: 'none',
  jump: 'none',
  goto: 'none',
  exit: 'none',
} as const satisfies Record<Op['kind'], 'clobbers' | 'writes' | 'swaps' | 'none'>;

function step({ op, dst, src }: Insn, regs: Regs, loaded: KernelMap | undefined): Regs {
  const effect = EFFECTS[op.kind];
  if (effect === 'none') return regs;
  if (effect === 'clobbers') return regs.map((map, reg) => (reg < CLOBBERED ? undefined : map));
  if (effect === 'swaps') return regs.with(op.name.startsWith('atomic_cmpxchg') ? 0 : src, undefined);
  if (op.name === 'ld_map_fd') return regs.with(dst, loaded);
  return regs.with(dst, op.name === 'mov64_reg' ? regs[src] : undefined);
}

/** Helpers that write a map. @see kernel/bpf/verifier.c record_func_map */
const WRITERS: ReadonlySet<HelperName> = new Set([
  'map_update_elem',
  'map_delete_elem',
  'map_push_elem',
  'map_pop_elem',
]);

function callError(pc: number, insn: Insn, regs: Regs): MapArgError | undefined {
  if (insn.op.kind !== 'call' || insn.op.call !== 'helper') return undefined;
  const name = helperName(insn.imm);
  if (name === undefined) return undefined;
  const { args = [], maps } = helperRow(name);
  const at = args.indexOf('const_map_ptr');
  const map = at < 0 ? undefined : regs[at + 1];
  if (map === undefined) return undefined;
  if (WRITERS.has(name) && hasFlag(map.spec.flags, 'rdonly_prog')) {
    return { pc, errno: -ERRNO.EACCES, message: 'write into map forbidden' };
  }
  if (maps === undefined || (maps as readonly string[]).includes(map.spec.type)) return undefined; // widened: any type's name
  if (name === 'tail_call') {
    return { pc, errno: -ERRNO.EINVAL, message: 'expected prog array map for tail call' };
  }
  if (name === 'for_each_map_elem') {
    return { pc, errno: -ERRNO.ENOTSUPP, message: 'callback function not allowed for map' };
  }
  const type = mapTypeRow(map.spec.type)?.number;
  const message = `cannot pass map_type ${type} into func bpf_${name}#${insn.imm}`;
  return { pc, errno: -ERRNO.EINVAL, message };
}

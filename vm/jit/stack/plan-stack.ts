// Which bytes of a function's frame need no memory: those that only its own plain loads and stores reach, always with the same size. They live in locals of
// WebAssembly, which are 0 at first as the frame is.
import { SIZES } from '../../isa/opcodes.ts';
import { OP_LIST } from '../../isa/ops.ts';
import type { KernelProg } from '../../kernel/prog.ts';
import type { FrameFacts } from '../../verifier/env.ts';
import type { TranslateMode } from '../translate/options.ts';
import { plainUses, type StackLocal, type StackUse } from './plain-uses.ts';

const SLOT_BYTES = 8;
const SLOTS = 64;
const ALL_SLOTS: readonly number[] = Array.from({ length: SLOTS }, (_, slot) => slot);
const NO_SLOTS: FrameFacts = { shared: new Uint32Array(2), unwritten: new Uint32Array(2) };

/** What becomes of a function's frame. */
export interface StackPlan {
  readonly locals: readonly StackLocal[];
  /** The loads and stores that go to a local, by pc: its index. */
  readonly uses: ReadonlyMap<number, number>;
  /** Offsets from r10 of words of 8 bytes in memory that must be 0 at first, ascending. */
  readonly cleared: readonly number[];
}

/**
 * Plans the frame of the function that begins at `start`; `pcs` are its insns that can be reached. Nothing is a local in a program that was not verified: its
 * pointers may go anywhere. In one that is trusted nothing is, as soon as the function hands out an address.
 */
export function planStack(
  prog: KernelProg,
  mode: TranslateMode,
  start: number,
  pcs: readonly number[],
): StackPlan {
  if (mode === 'checked')
    return { locals: [], uses: new Map(), cleared: ALL_SLOTS.map(offsetOf).toReversed() };
  const { known } = prog;
  if (known === undefined) {
    const uses = plainUses(prog.code, pcs);
    return uses === undefined ? { locals: [], uses: new Map(), cleared: [] } : planUses(uses, NO_SLOTS);
  }
  const frame = known.subprogs.find((subprog) => subprog.start === start)?.frame ?? NO_SLOTS;
  return planUses(knownUses(prog, pcs), frame);
}

/** Loads and stores that the verifier saw go to one place of the frame. */
function knownUses({ code, known }: KernelProg, pcs: readonly number[]): StackUse[] {
  const uses: StackUse[] = [];
  for (const pc of pcs) {
    const op = OP_LIST[code.op[pc]!];
    if (op === undefined || (op.kind !== 'load' && op.kind !== 'store')) continue;
    const { stackOff } = known!.facts[pc]!;
    if (stackOff < 0) uses.push({ pc, off: stackOff, bytes: SIZES[op.size].bytes });
  }
  return uses;
}

function planUses(uses: readonly StackUse[], { shared, unwritten }: FrameFacts): StackPlan {
  const locals: StackLocal[] = [];
  const byPc = new Map<number, number>();
  const cleared: number[] = [];
  const bySlot = Map.groupBy(uses, ({ off }) => slotOf(off));
  for (const slot of ALL_SLOTS.toReversed()) {
    const own = bySlot.get(slot) ?? [];
    const isLocal = !has(shared, slot) && own.every((use) => own.every((other) => agree(use, other)));
    if (!isLocal && has(unwritten, slot)) cleared.push(offsetOf(slot));
    if (!isLocal) continue;
    for (const { pc, off, bytes } of own) {
      let index = locals.findIndex((local) => local.off === off);
      if (index < 0) index = locals.push({ off, bytes }) - 1;
      byPc.set(pc, index);
    }
  }
  return { locals, uses: byPc, cleared };
}

/** Both go to the same bytes, or to none of the other's. */
function agree(a: StackLocal, b: StackLocal): boolean {
  if (a.off === b.off) return a.bytes === b.bytes;
  return a.off < b.off ? a.off + a.bytes <= b.off : b.off + b.bytes <= a.off;
}

function has(set: Uint32Array, slot: number): boolean {
  return (set[slot >> 5]! & (1 << (slot & 31))) !== 0;
}

function slotOf(off: number): number {
  return (-off - 1) >> 3;
}

function offsetOf(slot: number): number {
  return -SLOT_BYTES * (slot + 1);
}

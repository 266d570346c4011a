// What the walk sees of each function's frame, for those who compile it: which slots are reached by its own loads and stores alone, and which may be
// read before they are written. What is noted holds for all runs, also for those whose path was not walked to its end: states are equal only where
// pointers into the stack are, and sizes that callees are given are precise.
import type { HelperName } from '../../helpers/table.ts';
import { MANY_PLACES, type Env } from '../env.ts';
import type { Reg } from '../reg.ts';
import { BYTES, EMPTY_SLOT, type Frame, type Slot, type State } from '../state.ts';
import { slotAt } from './stack.ts';

const INVALID = BYTES.invalid.code;
const ALL_SLOTS = 0xffff_ffff;

/** Helpers that fill all of the memory that they are given, or end the run: in vm/helpers. Strings end where they end, and others may fail before they write. */
const FILLERS: ReadonlySet<HelperName> = new Set([
  'probe_read',
  'probe_read_user',
  'probe_read_kernel',
  'copy_from_user',
  'get_current_comm',
  'get_ns_current_pid_tgid',
  'get_stack',
  'skb_load_bytes',
  'strtol',
  'strtoul',
]);

/** The insn at hand goes to `bytes` at `off` from r10 of a frame, and to no others. */
export function notePlace(env: Env, frame: Frame, off: number, bytes: number): void {
  const facts = env.facts[env.pc]!;
  const kind = env.insns[env.pc]?.op.kind;
  const isPlain = (kind === 'load' || kind === 'store') && frame === env.frame;
  if (isPlain && facts.stackOff === off) return;
  if (isPlain && facts.stackOff === 0) {
    facts.stackOff = off;
    return;
  }
  shareOwn(env, bytes);
  shareRange(env, frame, off, off + bytes);
}

/** The insn at hand does not always go to the stack. */
export function noteMixed(env: Env): void {
  shareOwn(env, 8);
}

/** What the insn at hand was seen to reach in its own frame is not all that it reaches. */
function shareOwn(env: Env, bytes: number): void {
  const facts = env.facts[env.pc]!;
  if (facts.stackOff < 0) shareRange(env, env.frame, facts.stackOff, facts.stackOff + bytes);
  facts.stackOff = MANY_PLACES;
}

/** Others than plain loads and stores of the function reach the bytes from `from` to `end` (from r10) of a frame. */
export function shareRange(env: Env, { subprog }: Frame, from: number, end: number): void {
  if (end > from) addSlots(env.subprogs[subprog]!.frame.shared, from, end);
}

/** The bytes are read, by whatever: notes those that were never written. */
export function noteRead(env: Env, { subprog, stack }: Frame, from: number, end: number): void {
  for (let at = from; at < end;) {
    const slot = slotAt(at);
    const upTo = Math.min(end, at - (at & 7) + 8);
    if (hasInvalid(stack[slot]!.kinds, at & 7, upTo - at))
      addSlots(env.subprogs[subprog]!.frame.unwritten, at, upTo);
    at = upTo;
  }
}

/** Some of `bytes` from place `at` on was never written: a digit of `kinds` is 0. */
function hasInvalid(kinds: number, at: number, bytes: number): boolean {
  if (((kinds - 0x1111_1111) & ~kinds & 0x8888_8888) === 0) return false;
  for (let i = at; i < at + bytes; i++) if (((kinds >>> (4 * i)) & 15) === INVALID) return true;
  return false;
}

/** The helper at hand is about to fill bytes of the stack: unless it surely does, what is read there later may not be written. */
export function noteFilled(env: Env, name: HelperName, reg: Reg, bytes: number): void {
  if (FILLERS.has(name)) return;
  const from = reg.off + Number(reg.scalar.smin);
  noteRead(env, env.frameOf(reg), from, from + bytes);
}

/** An object of the kernel's is made in a slot: nobody says that all of it is written. */
export function noteObject(env: Env, { subprog }: Frame, slot: number): void {
  const { shared, unwritten } = env.subprogs[subprog]!.frame;
  shared[slot >> 5]! |= 1 << (slot & 31);
  unwritten[slot >> 5]! |= 1 << (slot & 31);
}

/** The address becomes a number, or goes where nobody follows it: anything may be read through it. */
export function noteEscape(env: Env, reg: Reg): void {
  if (reg.type !== 'stack') return;
  const { shared, unwritten } = env.subprogs[env.frameOf(reg).subprog]!.frame;
  shared.fill(ALL_SLOTS);
  unwritten.fill(ALL_SLOTS);
}

/** What bpf_trace_printk takes besides its format, which the verifier does not ask for, and pruning does not compare: registers that may lead to strings. */
const PRINTED_REGS = [3, 4, 5] as const;

/** What the arguments of a bpf_trace_printk point at in the stack may be read as strings. */
export function notePrinted(env: Env, { frames }: State): void {
  const { regs } = frames.at(-1)!;
  for (const n of PRINTED_REGS) noteEscape(env, regs[n]!);
}

/** The path of `cur` ends where `old` was walked on from: what it has not written `old` may have, and was read then. */
export function notePruned(env: Env, old: State, cur: State): void {
  if (env.prints) notePrinted(env, cur);
  for (const [i, frame] of cur.frames.entries()) {
    const before = old.frames[i]!.stack;
    for (let slot = 0; slot < before.length; slot++) {
      if (hasMore(before[slot]!, frame.stack[slot] ?? EMPTY_SLOT)) {
        env.subprogs[frame.subprog]!.frame.unwritten[slot >> 5]! |= 1 << (slot & 31);
      }
    }
  }
}

/** Some byte of `old` was written that is not in `cur`. */
function hasMore(old: Slot, cur: Slot): boolean {
  if (old.kinds === cur.kinds) return false;
  for (let shift = 0; shift < 32; shift += 4) {
    if (((old.kinds >>> shift) & 15) !== INVALID && ((cur.kinds >>> shift) & 15) === INVALID) return true;
  }
  return false;
}

function addSlots(set: Uint32Array, from: number, end: number): void {
  for (let slot = slotAt(end - 1); slot <= slotAt(from); slot++) set[slot >> 5]! |= 1 << (slot & 31);
}

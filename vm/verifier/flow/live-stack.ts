// Which stack slots may still be read: for each insn and chain of calls. The walk tells of the reads and writes it sees; at the end of each path
// they are carried backwards through the functions. So the answer holds for states from which all paths are walked.
// @see kernel/bpf/liveness.c
import type { Env } from '../env.ts';
import type { State } from '../state.ts';
import { checkSets } from '../walk/memory.ts';
import { Instance, WORDS } from './live-masks.ts';
import { updateInstance } from './live-update.ts';

/** In front of each insn that is walked, once `env.pc` is set. @see bpf_reset_stack_write_marks */
export function beginSlotMarks(env: Env): void {
  const { liveStack } = env;
  liveStack.running ??= instanceOf(env, env.state, env.state.frames.length - 1);
  if (liveStack.writtenFrames === 0) return;
  liveStack.writes.fill(0);
  liveStack.writtenFrames = 0;
}

/** The insn may read slot `slot` of frame `frameno`. @see bpf_mark_stack_read */
export function markSlotRead(env: Env, frameno: number, slot: number): void {
  env.liveStack.running ??= instanceOf(env, env.state, env.state.frames.length - 1);
  addRead(env.liveStack.running, frameno, env.pc, slot >> 5, 1 << (slot & 31));
}

/** The insn overwrites all eight bytes of slot `slot` of frame `frameno`, whatever happened before. @see bpf_mark_stack_write */
export function markSlotWritten(env: Env, frameno: number, slot: number): void {
  const { liveStack } = env;
  liveStack.writes[WORDS * frameno + (slot >> 5)]! |= 1 << (slot & 31);
  liveStack.writtenFrames |= 1 << frameno;
}

/** Behind each insn that was walked and not refused. @see bpf_commit_stack_write_marks */
export function commitSlotMarks(env: Env): void {
  const { running } = env.liveStack;
  if (running !== undefined) commit(env, running, env.pc);
}

/** The running frame is another one from now on: a function was called. @see bpf_reset_live_stack_callchain */
export function leaveLiveChain(env: Env): void {
  env.liveStack.running = undefined;
}

/** A path ended, or a function is about to return to its caller (while its frame still stands): what was learnt is carried backwards. @see bpf_update_live_stack */
export function updateLiveStack(env: Env): void {
  leaveLiveChain(env);
  for (let frameno = env.state.frames.length - 1; frameno >= 0; frameno--) {
    const instance = instanceOf(env, env.state, frameno);
    if (instance.stale.length === 0) continue;
    updateInstance(env, instance);
    instance.stale = [];
    instance.isShrunk = false;
    if (instance.caller !== undefined) tellCaller(env, instance, instance.caller);
  }
}

/** True when slot `slot` of frame `frameno` may be read before it is written, on some way from where the kept state stands (`state.pc`). @see bpf_live_stack_query_init, bpf_stack_slot_alive */
export function isSlotLive(env: Env, state: State, frameno: number, slot: number): boolean {
  const { liveStack } = env;
  if (liveStack.asked?.state !== state) {
    const instances = state.frames.map((_, n) => instanceOf(env, state, n));
    liveStack.asked = { state, instances };
  }
  const { instances } = liveStack.asked;
  const last = instances.length - 1;
  if (isLiveAt(instances[last]!, state.pc, frameno, slot)) return true;
  for (let n = frameno; n < last; n++) {
    const { callsite } = state.frames[n + 1]!;
    const resumed = env.facts[callsite]!.callsBack ? callsite : callsite + 1;
    if (isLiveAt(instances[n]!, resumed, frameno, slot)) return true;
  }
  return false;
}

function isLiveAt(instance: Instance, pc: number, frameno: number, slot: number): boolean {
  const masks = instance.frames[frameno];
  return masks !== undefined && (masks.live[instance.at(pc) + (slot >> 5)]! & (1 << (slot & 31))) !== 0;
}

/** The instance that frame `frameno` of a state runs. */
function instanceOf(env: Env, { frames }: State, frameno: number): Instance {
  const main = env.subprogs[frames[0]!.subprog]!;
  let instance = env.liveStack.roots.get(main.start);
  if (instance === undefined) {
    instance = new Instance(env.liveStack, main, undefined, -1);
    env.liveStack.roots.set(main.start, instance);
  }
  for (let n = 1; n <= frameno; n++) instance = calleeOf(env, instance, frames[n]!);
  return instance;
}

function calleeOf(
  env: Env,
  caller: Instance,
  frame: { readonly callsite: number; readonly subprog: number },
): Instance {
  const key = frame.callsite * 256 + frame.subprog; // at most 256 subprograms
  const known = caller.callees.get(key);
  if (known !== undefined) return known;
  const made = new Instance(env.liveStack, env.subprogs[frame.subprog]!, caller, frame.callsite);
  checkSets(env);
  caller.callees.set(key, made);
  return made;
}

function addRead(instance: Instance, frameno: number, pc: number, word: number, bits: number): void {
  const { read, live } = instance.masks(frameno);
  const at = instance.at(pc) + word;
  const more = bits & ~read[at]!;
  if (more === 0) return;
  read[at]! |= more;
  if ((read[at]! & ~live[at]!) !== 0) instance.stale.push(pc);
}

/** The first walk of an insn says what it writes; later ones take away what they do not write. */
function commit({ liveStack }: Env, instance: Instance, pc: number): void {
  const index = pc - instance.subprog.start;
  const isFirst = instance.isWalked[index] === 0;
  instance.isWalked[index] = 1;
  if (isFirst && liveStack.writtenFrames === 0) return;
  for (let frameno = 0; frameno <= instance.depth; frameno++) {
    const isWriting = (liveStack.writtenFrames & (1 << frameno)) !== 0;
    if (!isWriting && (isFirst || instance.frames[frameno] === undefined)) continue;
    const { written } = instance.masks(frameno);
    for (let word = 0; word < WORDS; word++) {
      const at = instance.at(pc) + word;
      const old = written[at]!;
      const now = isFirst
        ? liveStack.writes[WORDS * frameno + word]!
        : old & liveStack.writes[WORDS * frameno + word]!;
      if (now >>> 0 === old) continue;
      written[at] = now;
      instance.stale.push(pc);
      if ((old & ~now) !== 0) instance.isShrunk = true;
    }
  }
}

/** What a function does to the frames above its own counts as done by the call. */
function tellCaller(env: Env, instance: Instance, caller: Instance): void {
  const { liveStack } = env;
  const { callsite } = instance;
  const at = instance.at(instance.subprog.start);
  liveStack.writes.fill(0);
  liveStack.writtenFrames = 0;
  for (let frameno = 0; frameno < instance.depth; frameno++) {
    const masks = instance.frames[frameno];
    if (masks === undefined) continue;
    for (let word = 0; word < WORDS; word++) {
      liveStack.writes[WORDS * frameno + word]! |= masks.writtenOn[at + word]!;
      addRead(caller, frameno, callsite, word, masks.live[at + word]!);
    }
    liveStack.writtenFrames |= 1 << frameno;
  }
  commit(env, caller, callsite);
}

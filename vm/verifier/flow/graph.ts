// The graph of all functions together: depth first from the program's first insn, and what is known of insns from their places in it.
import { helperName, helperRow } from '../../helpers/table.ts';
import { calleePc, type Insn } from '../../isa/insn.ts';
import type { Env, Subprog } from '../env.ts';
import { callsBackLater, callsBackNow } from '../precision/backtrack.ts';
import { refuse } from '../refusal.ts';
import { helperFor, kfuncFor } from './call-summary.ts';

/** How far the search is with an insn. */
const NEW = 0;
const FOUND = 1;
const FIRST_EDGE = 2;
const BOTH_EDGES = 3;
const DONE = 4;

/** A search that has come to insn `top` of its stack. */
interface Search {
  readonly env: Env;
  /** By pc. */
  readonly states: Uint8Array;
  readonly stack: number[];
  /** By pc: index of the function. */
  readonly owners: Uint16Array;
}

/** Notes where states are compared and where history is kept; carries what functions do to their callers. Refuses insns that no path leads to. @see check_cfg */
export function checkGraph(env: Env): void {
  const count = env.insns.length;
  const search: Search = {
    env,
    states: new Uint8Array(count),
    stack: [0],
    owners: ownersOf(env.subprogs, count),
  };
  const { states, stack } = search;
  states[0] = FOUND;
  searchAll(search);
  const thrown = env.subprogs.find(({ isExceptionCallback }) => isExceptionCallback)?.start;
  if (thrown !== undefined && states[thrown] === NEW) {
    states[thrown] = FOUND;
    stack.push(thrown);
    searchAll(search);
  }
  for (let pc = 0; pc < count; pc++) {
    env.pc = pc;
    if (states[pc] !== DONE) refuse(env, 'unreachable', [], pc);
    if (env.insns[pc]!.op.slots === 1) continue;
    if (states[pc + 1] !== NEW) refuse(env, 'jump-middle', [], pc);
    pc++;
  }
  env.pc = 0;
}

function searchAll(search: Search): void {
  const { states, stack } = search;
  for (let pc = stack.at(-1); pc !== undefined; pc = stack.at(-1)) {
    if (visit(search, pc)) continue;
    states[pc] = DONE;
    stack.pop();
  }
}

function ownersOf(subprogs: readonly Subprog[], count: number): Uint16Array {
  const owners = new Uint16Array(count);
  for (const [i, { start, end }] of subprogs.entries()) owners.fill(i, start, end);
  return owners;
}

/** Looks at an insn anew: true when it leads on, false when all that follows is done. @see visit_insn */
function visit(search: Search, pc: number): boolean {
  const { env } = search;
  const insn = env.insns[pc];
  if (insn === undefined) return follow(search, pc, pc + 1, FIRST_EDGE);
  const { op, off, imm } = insn;
  switch (op.kind) {
    case 'exit':
      return false;
    case 'call':
      noteCall(search, pc, insn);
      return visitCall(search, pc, insn);
    case 'wide':
      return op.wide === 'func' ? visitCall(search, pc, insn) : follow(search, pc, pc + 2, FIRST_EDGE);
    case 'jump':
      env.facts[pc]!.isPrunePoint = true;
      return follow(search, pc, pc + 1, FIRST_EDGE) || follow(search, pc, pc + 1 + off, BOTH_EDGES);
    case 'goto': {
      if (op.goto === 'may_goto') {
        env.facts[pc]!.isPrunePoint = true;
        env.facts[pc]!.isCheckpoint = true;
        return follow(search, pc, pc + 1, FIRST_EDGE) || follow(search, pc, pc + 1 + off, BOTH_EDGES);
      }
      const target = pc + 1 + (op.goto === 'gotol' ? imm : off);
      if (follow(search, pc, target, FIRST_EDGE)) return true;
      markTarget(env, target);
      return false;
    }
    default:
      return follow(search, pc, pc + op.slots, FIRST_EDGE);
  }
}

/** A call, or an insn that takes the address of a function: the next insn, then the function. @see visit_func_call_insn */
function visitCall(search: Search, pc: number, insn: Insn): boolean {
  const { env, owners } = search;
  const next = pc + insn.op.slots;
  if (follow(search, pc, next, FIRST_EDGE)) return true;
  markTarget(env, next);
  const callee = calleePc({ opcode: insn.op.opcode, ...insn }, pc); // the target was checked before
  if (callee === undefined) return false;
  env.facts[pc]!.isPrunePoint = true;
  mergeEffects(env.subprogs[owners[pc]!]!, env.subprogs[owners[callee]!]!);
  return follow(search, pc, callee, BOTH_EDGES);
}

/** @see merge_callee_effects */
function mergeEffects(caller: Subprog, callee: Subprog): void {
  caller.changesPacket ||= callee.changesPacket;
  caller.mightSleep ||= callee.mightSleep;
  caller.mightThrow ||= callee.mightThrow;
}

function markTarget({ facts }: Env, pc: number): void {
  facts[pc]!.isPrunePoint = true;
  facts[pc]!.isJumpPoint = true;
}

/** Goes along an edge, unless that was done before. True when it leads to an insn that is new. @see push_insn */
function follow({ env, states, stack }: Search, pc: number, target: number, edge: number): boolean {
  if (states[pc]! >= edge) return false;
  if (target < 0 || target >= states.length) {
    env.pc = pc;
    refuse(env, 'jump-range', [], pc, target);
  }
  if (edge === BOTH_EDGES) markTarget(env, target);
  if (states[target] === NEW) {
    states[pc] = edge;
    states[target] = FOUND;
    stack.push(target);
    return true;
  }
  if (states[target] === DONE) states[pc] = edge;
  return false;
}

/** What a call does that its place in the graph depends on. */
function noteCall({ env, owners }: Search, pc: number, insn: Insn): void {
  const facts = env.facts[pc]!;
  const subprog = env.subprogs[owners[pc]!]!;
  if (callsBackLater(insn)) facts.isPrunePoint = true;
  if (callsBackNow(insn)) {
    facts.callsBack = true;
    facts.isCheckpoint = true;
    facts.isPrunePoint = true;
    facts.isJumpPoint = true;
  }
  if (insn.op.name === 'call_helper') noteHelper(env, subprog, insn.imm);
  if (insn.op.name !== 'call_kfunc') return;
  const row = kfuncFor(env, insn.imm);
  if (row?.iter === 'next') {
    facts.isPrunePoint = true;
    facts.isCheckpoint = true;
  }
  if (row?.mightSleep === true) subprog.mightSleep = true;
  if (row?.changesPacket === true) subprog.changesPacket = true;
}

function noteHelper(env: Env, subprog: Subprog, id: number): void {
  const name = helperName(id);
  if (name === undefined) return;
  if (helperFor(env, id)?.mightSleep === true) subprog.mightSleep = true;
  if (helperRow(name).changesPacket === true) subprog.changesPacket = true;
}

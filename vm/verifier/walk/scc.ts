// Loops: what was found equal to a state of a loop is not done before all paths of the loop are, since only then is known which numbers matter.
import type { Env } from '../env.ts';
import { forceAllPrecise } from '../precision/all-scalars.ts';
import { propagatePrecision } from '../precision.ts';
import type { State } from '../state.ts';
import { notePeak } from './counts.ts';
import type { Kept } from './explored.ts';

/**
 * A strongly connected component of the graph, entered through one chain of calls.
 * @see struct bpf_scc_visit
 */
export interface SccVisit {
  /** Call sites of the frames above the one in the loop. */
  readonly callsites: readonly number[];
  readonly scc: number;
  /** The first kept state in it, while paths from there are not done. */
  entry: State | undefined;
  /** Ends of paths that were found equal to a state in it. */
  backEdges: State[];
}

/** Rounds after which all numbers of the back edges count as precise. */
const LIMIT_ROUNDS = 64;

/** pc where a frame of a state stands. @see frame_insn_idx */
export function framePc(state: State, frameno: number): number {
  return frameno === state.frames.length - 1 ? state.pc : state.frames[frameno + 1]!.callsite;
}

/** The visit that a state belongs to, which becomes its entry when there is none. @see maybe_enter_scc */
export function enterScc(env: Env, state: State): SccVisit | undefined {
  const callsites: number[] = [];
  for (let i = 0; i < state.frames.length; i++) {
    const pc = framePc(state, i);
    const { scc } = env.facts[pc]!;
    if (scc !== 0) return enterVisit(env, state, scc, callsites);
    callsites.push(pc);
  }
  return undefined;
}

function enterVisit(env: Env, state: State, scc: number, callsites: readonly number[]): SccVisit {
  const { visits } = env.explored;
  let all = visits.get(scc);
  if (all === undefined) visits.set(scc, (all = []));
  let visit = all.find((known) => sameSites(known.callsites, callsites));
  if (visit === undefined) all.push((visit = { callsites, scc, entry: undefined, backEdges: [] }));
  if (visit.entry === undefined) {
    visit.entry = state;
    note(env, 'enter', visit);
  }
  return visit;
}

function sameSites(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((site, i) => site === b[i]);
}

/** All paths from a kept state are done: when it was the first of its loop, the loop is. @see maybe_exit_scc */
export function exitScc(env: Env, { state, visit }: Kept): void {
  if (visit === undefined || visit.entry !== state) return;
  note(env, 'exit', visit);
  visit.entry = undefined;
  env.explored.backEdges -= visit.backEdges.length;
  notePeak(env);
  propagateBackEdges(env, visit);
}

/** `state` was found equal to a kept state of a loop that is not done. @see add_scc_backedge */
export function addBackEdge(env: Env, { state: equalState, visit }: Kept, state: State): void {
  if (visit === undefined) return; // a loop that is none in the graph of its function: calls of callbacks
  note(env, 'backedge', visit);
  state.equalState = equalState;
  visit.backEdges.unshift(state);
  env.explored.backEdges += 1;
  notePeak(env);
}

/** Which of a kept state's numbers matter is not known yet. @see incomplete_read_marks */
export function isUnsettled({ visit }: Kept): boolean {
  return visit !== undefined && visit.backEdges.length > 0;
}

/** @see propagate_backedges */
function propagateBackEdges(env: Env, visit: SccVisit): void {
  let rounds = 0;
  for (let isChanged = true; isChanged && rounds <= LIMIT_ROUNDS; rounds++) {
    isChanged = false;
    for (const state of visit.backEdges) {
      if (propagatePrecision(env, state.equalState!, state)) isChanged = true;
    }
    if (isChanged && rounds === LIMIT_ROUNDS) forceBackEdges(env, visit);
  }
  visit.backEdges = [];
}

/** Numbers still come to matter: all of them do. */
function forceBackEdges(env: Env, visit: SccVisit): void {
  if (env.log.level === 2) env.log.line('propagate_backedges: too many iterations');
  for (const state of visit.backEdges) forceAllPrecise(env, state);
}

/** The kernel shows call sites up to one at pc 0. @see format_callchain */
function note(env: Env, what: string, { callsites, scc }: SccVisit): void {
  if (env.log.level !== 2) return;
  const first = callsites.indexOf(0);
  const shown = first < 0 ? callsites : callsites.slice(0, first);
  env.log.line(`SCC ${what} (${[...shown, scc].join(',')})`);
}

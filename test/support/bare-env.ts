// What the verifier's parts share, without a program: for tests of functions that look at registers only.
import { kernelTypes } from '../../vm/btf/kernel-types.ts';
import { Env } from '../../vm/verifier/env.ts';
import { Frame, State } from '../../vm/verifier/state.ts';

/** An Env that stands in front of insn 0 with one frame of empty registers. */
export function bareEnv(): Env {
  const input = {
    name: 'test',
    type: 'socket_filter',
    attachType: 0,
    flags: 0,
    gpl: true,
    insns: new Uint8Array(0),
    maps: new Map(),
    funcs: [],
    lines: [],
    kernel: kernelTypes(),
    objects: [],
  } as const;
  const env = new Env(input, {}, [], []);
  env.state = bareState();
  return env;
}

/** A state with so many frames of empty registers. */
export function bareState(frames = 1): State {
  const state = new State();
  state.frames = Array.from({ length: frames }, (_, i) => new Frame(-1, i, 0));
  return state;
}

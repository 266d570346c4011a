// Frames of functions that are called.
import type { Env } from '../env.ts';
import { makeReg, withReg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { Frame, type State } from '../state.ts';

/** Most frames at a time. @see include/linux/bpf_verifier.h MAX_CALL_FRAMES */
const LIMIT_FRAMES = 8;

/** A frame on top of those of `state`, called at `env.pc`, whose registers hold nothing but r10. The caller puts it there. @see setup_func_entry */
export function newFrame(env: Env, state: State, subprog: number): Frame {
  const frameno = state.frames.length;
  if (frameno >= LIMIT_FRAMES) refuse(env, 'call-depth', [], frameno + 1);
  const frame = new Frame(env.pc, frameno, subprog);
  frame.regs[10] = withReg(makeReg('stack'), { frame: frameno });
  env.touchAll();
  return frame;
}

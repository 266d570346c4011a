// Frames of the interpreter that are not cleared where the verifier says that nothing is read before it is written: other bytes stand there.
import { Cpu } from '../../vm/interp/cpu.ts';
import type { Frames } from '../../vm/interp/frames.ts';
import type { KernelProg } from '../../vm/kernel/prog.ts';

const POISON = 0xa5;
const SLOT_BYTES = 8;
const SLOTS = 64;

/** What is put in the place of the methods that enter frames. They are nobody else's business. */
interface Entering {
  place: (this: Cpu, prog: KernelProg) => void;
  call: (this: Cpu, target: number, returnTo: number) => number;
}

/** Runs something while frames are such. */
export function withPoisonedFrames<T>(run: () => T): T {
  const cpu = Cpu.prototype as unknown as Entering;
  const { place, call } = cpu;
  cpu.place = function poisonedPlace(prog) {
    place.call(this, prog);
    poison(this, 0);
  };
  cpu.call = function poisonedCall(target, returnTo) {
    const pc = call.call(this, target, returnTo);
    poison(this, target);
    return pc;
  };
  try {
    return run();
  } finally {
    cpu.place = place;
    cpu.call = call;
  }
}

/** Fills the current frame, of the function that begins at `start`. */
function poison(cpu: Cpu, start: number): void {
  const { memory, frames, prog } = cpu as unknown as { [K in 'memory' | 'prog']: Cpu[K] } & {
    frames: Frames;
  };
  const frame = prog.known?.subprogs.find((subprog) => subprog.start === start)?.frame;
  if (frame === undefined) return;
  for (let slot = 0; slot < SLOTS; slot++) {
    if ((frame.unwritten[slot >> 5]! & (1 << (slot & 31))) !== 0) continue;
    const at = frames.top() - SLOT_BYTES * (slot + 1);
    memory.u8.fill(POISON, at, at + SLOT_BYTES);
  }
}

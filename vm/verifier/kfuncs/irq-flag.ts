// Saved interrupt flags on the program's stack. They are put back in the reverse order in which they were saved.
import type { Env } from '../env.ts';
import { checkAccess } from '../memory/access.ts';
import { makeReg, withReg, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { allOf, BYTES, byteKind, EMPTY_SLOT } from '../state.ts';
import { newPlace, noteObjectRead, noteObjectWritten, stackPlace } from './stack-place.ts';

/** Which family of kfuncs saved the flag: that of local_irq_save, or that of the locks. */
export type IrqFamily = 'native' | 'lock';

/** Register `n` is where the flag is saved. @see process_irq_flag, mark_stack_slot_irq_flag */
export function saveIrqFlag(env: Env, n: number, family: IrqFamily): void {
  const reg = onStack(env, n);
  const place = newPlace(env, reg, 'irq_flag', 1);
  if (place === 'bad' || (typeof place === 'number' && meetsFlag(env, reg, place))) {
    refuse(env, 'irq-flag-uninit', [{ reg: n }], n);
  }
  checkAccess(env, n, 0, 8, 'write', { valueReg: -1 });
  const slot = stackPlace(env, reg, 'irq_flag', 1) as number; // the store has made room
  const { state } = env;
  const id = env.nextId();
  state.held = [...state.held, { kind: 'irq', id, pc: env.pc, owner: undefined }];
  state.irqId = id;
  env.frameOf(reg).stack[slot] = {
    kinds: allOf('irq_flag'),
    reg: withReg(makeReg('stack'), { refId: id, slot: { kind: 'irq_flag', lock: family } }),
  };
  noteObjectWritten(env, reg.frame, slot, 1);
}

/** Register `n` is a flag that is put back. @see unmark_stack_slot_irq_flag */
export function restoreIrqFlag(env: Env, n: number, family: IrqFamily): void {
  const reg = onStack(env, n);
  const slot = stackPlace(env, reg, 'irq_flag', 1);
  const frame = env.frameOf(reg);
  const at = typeof slot === 'number' ? frame.stack[slot] : undefined;
  if (at?.kinds !== allOf('irq_flag') || at.reg.slot?.kind !== 'irq_flag') {
    refuse(env, 'irq-flag-expected', [{ reg: n }], n);
  }
  noteObjectRead(env, reg.frame, slot as number, 1); // there is a flag at it
  const { lock } = at.reg.slot;
  if (lock !== family) refuse(env, 'irq-flag-family', [{ reg: n }], lock, family);
  giveBack(env, n, at.reg.refId);
  frame.stack[slot as number] = EMPTY_SLOT;
  noteObjectWritten(env, reg.frame, slot as number, 1);
}

/** @see release_irq_state */
function giveBack(env: Env, n: number, id: number): void {
  const { state } = env;
  if (id !== state.irqId) {
    const last = state.held.find((held) => held.id === state.irqId);
    refuse(env, 'irq-flag-order', [{ reg: n }], state.irqId, last?.pc ?? 0);
  }
  const at = state.held.findIndex((held) => held.kind === 'irq' && held.id === id);
  state.irqId = state.held.slice(0, at).findLast(({ kind }) => kind === 'irq')?.id ?? 0;
  state.held = state.held.toSpliced(at, 1);
}

function onStack(env: Env, n: number): Reg {
  const reg = env.reg(n);
  if (reg.type !== 'stack') refuse(env, 'irq-flag-pointer', [{ reg: n }], n);
  return reg;
}

function meetsFlag(env: Env, reg: Reg, slot: number): boolean {
  const at = env.frameOf(reg).stack[slot]!;
  for (let byte = 0; byte < 8; byte++) if (byteKind(at, byte) === BYTES.irq_flag.code) return true;
  return false;
}

// Dynptrs as arguments: made, cloned and used.
import { argRow, type HelperArg } from '../../helpers/args.ts';
import { acquire } from '../calls/held.ts';
import type { Env } from '../env.ts';
import { checkAccess } from '../memory/access.ts';
import { withReg, type DynptrKind, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { allOf } from '../state.ts';
import { destroyDynptrAt, DYNPTR_SLOTS, dynptrIn, dynptrOf, dynptrReg } from './dynptr-slots.ts';
import { noteObjectRead, noteObjectWritten, stackPlace } from './stack-place.ts';

/** What the argument checks of helpers and kfuncs learn of a dynptr argument. */
export interface DynptrArg {
  readonly id: number;
  readonly refId: number;
  readonly kind: DynptrKind | undefined;
  /** It may not be moved or given back: a callback's argument. */
  readonly isReadonly: boolean;
}

/**
 * Register `n` is a dynptr argument as `arg` of the tables says; `cloned` for what bpf_dynptr_clone makes. Of an argument that the callee fills in, the result
 * is what it fills in. That a dynptr which is given back holds a reference, so is one of a ring buffer and no callback's, was checked before. @see process_dynptr_func
 */
export function checkDynptrArg(env: Env, n: number, arg: HelperArg, cloned?: DynptrArg): DynptrArg {
  const { row, detail } = argRow(arg);
  const kind = detail as DynptrKind | undefined; // HelperArg admits these only
  const reg = env.reg(n);
  if (reg.type !== 'stack' && reg.type !== 'dynptr') refuse(env, 'dynptr-pointer', [{ reg: n }], n);
  if (row.uninit === true) return makeDynptr(env, n, reg, cloned?.kind ?? kind ?? 'local', cloned);
  const at = reg.type === 'dynptr' ? reg : initialized(env, n, reg);
  const { dynptr } = dynptrOf(at);
  return { id: at.id, refId: at.refId, kind: dynptr, isReadonly: reg.type === 'dynptr' };
}

function makeDynptr(env: Env, n: number, reg: Reg, kind: DynptrKind, cloned?: DynptrArg): DynptrArg {
  if (reg.type === 'dynptr' || stackPlace(env, reg, 'dynptr', DYNPTR_SLOTS) === 'bad') {
    refuse(env, 'dynptr-uninit', [{ reg: n }], n);
  }
  for (let i = 0; i < DYNPTR_SLOTS; i++) checkAccess(env, n, 8 * i, 8, 'write', { valueReg: -1 });
  const slot = stackPlace(env, reg, 'dynptr', DYNPTR_SLOTS) as number; // the stores have made room
  const frame = env.frameOf(reg);
  destroyDynptrAt(env, frame, slot);
  destroyDynptrAt(env, frame, slot - 1);
  const id = env.nextId();
  const refId = kind === 'ringbuf' ? (cloned?.refId ?? acquire(env)) : 0;
  const kinds = allOf('dynptr');
  frame.stack[slot] = { kinds, reg: withReg(dynptrReg(kind, true, id), { refId }) };
  frame.stack[slot - 1] = { kinds, reg: withReg(dynptrReg(kind, false, id), { refId }) };
  noteObjectWritten(env, frame.frameno, slot, DYNPTR_SLOTS);
  return { id, refId, kind, isReadonly: false };
}

/** The register in the first slot of a dynptr that is ready to be used. @see is_dynptr_reg_valid_init */
function initialized(env: Env, n: number, reg: Reg): Reg {
  const slot = stackPlace(env, reg, 'dynptr', DYNPTR_SLOTS);
  const { stack } = env.frameOf(reg);
  const isReady =
    typeof slot === 'number' &&
    dynptrIn(stack[slot])?.isFirst === true &&
    dynptrIn(stack[slot - 1]) !== undefined;
  if (!isReady) refuse(env, 'dynptr-expected', [{ reg: n }], n);
  noteObjectRead(env, reg.frame, slot, DYNPTR_SLOTS);
  return stack[slot]!.reg;
}

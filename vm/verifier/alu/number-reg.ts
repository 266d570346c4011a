// Registers that hold numbers, made often: of constants, and of results.
import { NOT_INIT, scalarReg, type Linked, type Reg } from '../reg.ts';
import { constScalar, type Scalar } from '../scalar.ts';

/** Constants from -LOWEST to LIMIT - LOWEST - 1 are made once: offsets, sizes and small answers are most of what programs name. */
const LOWEST = 512;
const LIMIT = 2048;
const SMALL: Reg[] = Array.from({ length: LIMIT }, () => NOT_INIT);

/** A register that holds this number, as 64 bits. */
export function constReg(value: number): Reg {
  const at = value + LOWEST;
  if (at < 0 || at >= LIMIT) return scalarReg(constScalar(BigInt(value)));
  const made = SMALL[at]!;
  if (made !== NOT_INIT) return made;
  const reg = scalarReg(constScalar(BigInt(value)));
  SMALL[at] = reg;
  return reg;
}

/** A register that holds a number, with its links; all else as for one that holds nothing. */
export function numberReg(scalar: Scalar, precise: boolean, id = 0, linked: Linked = 'equal', off = 0): Reg {
  if (!precise && id === 0) return scalarReg(scalar);
  return {
    type: 'scalar',
    flags: 0,
    scalar,
    off,
    id,
    linked,
    refId: 0,
    precise,
    map: undefined,
    mapUid: 0,
    range: 0,
    memBytes: 0,
    dynptrId: 0,
    frame: 0,
    subprog: 0,
    btf: undefined,
    object: undefined,
    slot: undefined,
  };
}

/** The same number, related to no other. @see clear_scalar_id */
export function unlinked(reg: Reg): Reg {
  return reg.id === 0 ? reg : numberReg(reg.scalar, reg.precise);
}

/** The same pointer elsewhere. */
export function movedPointer(reg: Reg, scalar: Scalar, off: number, id: number, range: number): Reg {
  return {
    type: reg.type,
    flags: reg.flags,
    scalar,
    off,
    id,
    linked: 'equal',
    refId: reg.refId,
    precise: reg.precise,
    map: reg.map,
    mapUid: reg.mapUid,
    range,
    memBytes: reg.memBytes,
    dynptrId: reg.dynptrId,
    frame: reg.frame,
    subprog: reg.subprog,
    btf: reg.btf,
    object: reg.object,
    slot: reg.slot, // of a dynptr that was lent: its kind
  };
}

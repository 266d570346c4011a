// Loads and stores through a pointer, of the program itself and of what it calls.
import type { Env } from '../env.ts';
import { notBuilt } from '../not-built.ts';
import type { Reg } from '../reg.ts';

export interface AccessOptions {
  /** A load of the program yields this register, -1 none; a store takes it from there, -1 an immediate or unknown. */
  readonly valueReg: number;
  /** The load extends the sign. */
  readonly isSigned?: boolean;
  /** The alignment is demanded although the program type does not. */
  readonly isStrict?: boolean;
}

/** Checks an access of `bytes` at `off` (insn's, s16) through register `n`, and does what it does to the state: a load writes `valueReg`. @see check_mem_access */
export function checkAccess(
  _env: Env,
  _n: number,
  _off: number,
  _bytes: number,
  _access: 'read' | 'write',
  _options: AccessOptions,
): void {
  notBuilt('checkAccess');
}

/** What a callee may do with memory it is given. */
export interface CalleeAccess {
  readonly access: 'read' | 'write' | 'read-write';
  /** The callee fills it: nothing needs to stand there before. The stack is marked by whoever checks the call, once all arguments are checked: `fillByCallee` in calls. */
  readonly isUninit?: boolean;
  /** 0 bytes are taken, also through a null pointer. */
  readonly mayBeEmpty?: boolean;
  /** It must be aligned to its size, whatever the program type. @see MEM_ALIGNED, check_ptr_alignment strict */
  readonly isAligned?: boolean;
  /** It may lie in the packet. */
  readonly mayBePacket?: boolean;
}

/** Checks that a callee may use `bytes` behind register `n`. @see check_helper_mem_access */
export function checkHelperMem(_env: Env, _n: number, _bytes: number, _how: CalleeAccess): void {
  notBuilt('checkHelperMem');
}
/** The same, with the size in register `sizeReg`; `mem` is the register before it. @see check_mem_size_reg */
export function checkMemSize(_env: Env, _sizeReg: number, _mem: number, _how: CalleeAccess): void {
  notBuilt('checkMemSize');
}
/** Memory of a fixed size behind a register that may be null: of the arguments of global functions and kfuncs. @see check_mem_reg */
export function checkMemReg(_env: Env, _n: number, _reg: Reg, _bytes: number): void {
  notBuilt('checkMemReg');
}
/** A pointer that a callee takes has no offset but a fixed one, and that only where it may; `isRelease`: none at all. @see check_func_arg_reg_off, __check_ptr_off_reg */
export function checkPointerOffset(_env: Env, _n: number, _reg: Reg, _isFixedOk: boolean): void {
  notBuilt('checkPointerOffset');
}

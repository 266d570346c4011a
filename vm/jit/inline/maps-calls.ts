// Functions of the runtime for maps: what they are given, and what they answer.
import { ERRNO } from '../../errno.ts';
import { UPDATE_FLAGS } from '../../maps/types.ts';
import { CodeWriter } from '../wasm/code-writer.ts';
import type { FuncCode, FuncName, FuncType } from '../wasm/types.ts';

/** Offset of the key; the address of the value, or 0. With a CPU behind the key for look-ups in the values of that one. */
export const LOOKUP_TYPE = 'i32 -> i64' satisfies FuncType;
export const CPU_LOOKUP_TYPE = 'i32 i32 -> i64' satisfies FuncType;
/** Offsets of key and value, and flags; 0, -errno or `LEFT`. */
export const UPDATE_TYPE = 'i32 i32 i32 -> i64' satisfies FuncType;
/** Offset of the key; 0 or -errno. */
export const REMOVE_TYPE = 'i32 -> i64' satisfies FuncType;
/** Offset of the value, and flags; 0 or -errno. */
export const PUSH_TYPE = 'i32 i32 -> i64' satisfies FuncType;
/** Where the value goes, or the value that is asked for; 0 or -errno. */
export const TAKE_TYPE = 'i32 -> i64' satisfies FuncType;

/** Nothing was done: what is missing is for JavaScript to make. */
export const LEFT = 1;

/** Parameters of an update. */
export const UPDATE = { key: 0, value: 1, flags: 2 } as const;

/** A function, and how it is written. */
export interface Made {
  readonly name: FuncName;
  make(): FuncCode;
}

/** What a helper does for one map. */
export interface Operation extends Made {
  /** Functions that this one calls, in the order in which they call each other. */
  readonly before?: readonly Made[];
  /** It may answer LEFT. */
  readonly mayLeave?: boolean;
}

/** A writer of an update. */
export function updateWriter(name: FuncName): CodeWriter {
  return new CodeWriter(name, UPDATE_TYPE, Object.keys(UPDATE));
}

/** Leaves the function with a number. */
export function answer(code: CodeWriter, value: number): void {
  code.i64(value).op('return');
}

/** Leaves it with -EINVAL for flags that hash maps do not know. */
export function checkFlags(code: CodeWriter): void {
  code.get(UPDATE.flags).i32(UPDATE_FLAGS.exist).op('i32_gt_u').if();
  answer(code, -ERRNO.EINVAL);
  code.end();
}

/** Leaves it by what `refuse` writes where the flags are these. */
export function refuseFlags(code: CodeWriter, flags: number, refuse: () => void): void {
  code.get(UPDATE.flags).i32(flags).op('i32_eq').if();
  refuse();
  code.end();
}

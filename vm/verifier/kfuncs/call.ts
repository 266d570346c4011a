// A call of a kernel function, and what the checks of its arguments learn for its result.
import { argRow, type ArgRow, type HelperArg } from '../../helpers/args.ts';
import { KFUNCS, kfuncName, kfuncRow, type KfuncName, type KfuncRow } from '../../helpers/kfuncs.ts';
import type { ValueField } from '../../object.ts';
import type { BtfType } from '../btf-type.ts';
import type { VerifierMap } from '../input.ts';
import type { IterArg } from './iter.ts';
import type { Pointee } from './objects.ts';
import type { DynptrArg } from './dynptr.ts';

/** An argument, its words taken apart. */
export interface KfuncArg {
  readonly n: number;
  readonly word: HelperArg;
  readonly row: ArgRow;
  /** What stands behind the word's colon. */
  readonly detail: string | undefined;
}

/** A kernel function as the checks need it. */
export interface Kfunc {
  readonly name: KfuncName;
  readonly row: KfuncRow;
  readonly args: readonly KfuncArg[];
  /** KF_RELEASE: one argument's reference is given back. Functions that put an object into a list or tree make owning pointers non-owning instead. */
  readonly isRelease: boolean;
  readonly isInsert: boolean;
  /** Null pointers are not taken, and pointers to structs must be trusted, or at least RCU's. */
  readonly demands: 'trusted' | 'rcu' | undefined;
}

/** Filled in as the arguments are checked. @see struct bpf_kfunc_call_arg_meta */
export class KfuncNotes {
  refId = 0;
  releaseReg = 0;
  /** Of const_scalar, or of a constant size. */
  constant: bigint | undefined = undefined;
  dynptr: DynptrArg | undefined = undefined;
  iter: IterArg | undefined = undefined;
  map: VerifierMap | undefined = undefined;
  mapUid = 0;
  subprog = 0;
  /** The list_head or rb_root that is worked on. */
  root: ValueField | undefined = undefined;
  /** The object that is counted once more, and whether its reference is owned. */
  object: Pointee | undefined = undefined;
  isOwning = false;
  /** The kernel's own struct behind the ctx. */
  kernelCtx: BtfType | undefined = undefined;
}

const INSERTS: ReadonlySet<string> = new Set([
  'bpf_list_push_front_impl',
  'bpf_list_push_back_impl',
  'bpf_rbtree_add_impl',
]);
const KNOWN = new Map<number, Kfunc>();

/** The kernel function with an id, undefined when there is none that programs may call. */
export function kfuncOf(id: number): Kfunc | undefined {
  const known = KNOWN.get(id);
  if (known !== undefined) return known;
  const name = kfuncName(id);
  const row = name === undefined ? undefined : kfuncRow(name);
  if (name === undefined || row?.args === undefined) return undefined;
  const args = row.args.map((word, i) => ({ n: i + 1, word, ...argRow(word) }));
  const isInsert = INSERTS.has(name);
  const isRelease = row.releases !== undefined && !isInsert;
  const kfunc = {
    name,
    row,
    args,
    isRelease,
    isInsert,
    demands: isRelease ? ('trusted' as const) : row.pointers,
  };
  KNOWN.set(id, kfunc);
  return kfunc;
}

/** Functions of lists, trees and counts, of the number iterator, of locks and of streams: they may be called while a lock is held. @see kfunc_spin_allowed */
export function isAllowedUnderLock({ name }: Kfunc): boolean {
  return ALLOWED.has(name);
}

const ALLOWED: ReadonlySet<string> = new Set(
  Object.keys(KFUNCS).filter((name) =>
    /^bpf_(list_|rbtree_|refcount_acquire_|iter_num_|res_spin_|stream_)/.test(name),
  ),
);

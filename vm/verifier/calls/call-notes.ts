// What the checks of a helper's arguments learn for those that come after them.
import type { ValueField } from '../../object.ts';
import type { VerifierMap } from '../input.ts';
import type { DynptrKind, Reg } from '../reg.ts';
import type { HelperProto } from './protos.ts';

/** One call; filled in as its arguments are checked. @see struct bpf_call_arg_meta */
export class CallNotes {
  readonly proto: HelperProto;
  /** The map that is named, or whose value holds the timer, and which inner map it is. */
  map: VerifierMap | undefined = undefined;
  mapUid = 0;
  /** Reference of an argument, 0 none; register whose reference is given back, 0 none. */
  refId = 0;
  releaseReg = 0;
  /** Bytes that an alloc_size argument asks for. */
  allocBytes = 0;
  /** Largest size of memory that was given last. */
  maxBytes = 0n;
  /** Index of the function that is given. */
  subprog = 0;
  /** Stack memory that the callee fills: register and bytes. */
  fillReg = 0;
  fillBytes = 0;
  /** Key of a look-up in an array, undefined where it is not known. */
  constKey: bigint | undefined = undefined;
  kptr: ValueField | undefined = undefined;
  /** What each CPU has its own of. */
  percpu: Reg | undefined = undefined;
  /** Of a dynptr argument: its id and reference. */
  dynptrId = 0;
  dynptrRefId = 0;
  dynptrKind: DynptrKind | undefined = undefined;

  constructor(proto: HelperProto) {
    this.proto = proto;
  }
}

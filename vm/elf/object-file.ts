// What an object holds, before it meets a kernel: the loader's first half yields it, `inspect` shows it, the second half links it.
import type { Btf } from '../btf/btf.ts';
import type { FuncInfo, InnerMapSpec, LineInfo, MapSpec } from '../object.ts';
import type { CoreRelo } from './core/core-relo.ts';
import type { KconfigPlace } from './kconfig-layout.ts';

/** A section of the file. */
export interface ObjectSection {
  readonly index: number;
  readonly name: string;
  /** SHT_* and SHF_*. */
  readonly type: number;
  readonly flags: number;
  /** Where it lies in the file, and how long it is, in bytes. */
  readonly offset: number;
  readonly size: number;
}

/** What a relocation of an insn names. `pc` counts from the start of the function that it stands in. */
export type ObjectReloc =
  | { readonly pc: number; readonly kind: 'map'; readonly map: string }
  /** Address in a map of global data. */
  | { readonly pc: number; readonly kind: 'data'; readonly map: string; readonly valueOff: number }
  /** `call`: of a function of the object; `address`: as a callback. */
  | { readonly pc: number; readonly kind: 'call' | 'address'; readonly func: string }
  /** Of the kernel: a function, a variable, an option of its configuration. */
  | {
      readonly pc: number;
      readonly kind: 'kfunc' | 'ksym' | 'kconfig';
      readonly name: string;
      readonly isWeak: boolean;
    };

/** A function of the object: a program, or what programs call. */
export interface ObjectFunc {
  readonly name: string;
  /** Section as it is written in the file. */
  readonly section: string;
  /** Bytes from the start of the section. */
  readonly offset: number;
  readonly linkage: 'static' | 'global';
  readonly insns: Uint8Array;
  readonly relocs: readonly ObjectReloc[];
  readonly coreRelos: readonly CoreRelo[];
  /** Of this function alone; pcs count from its start. */
  readonly info: FuncInfo | undefined;
  readonly lines: readonly LineInfo[];
}

/** An extern: what the kernel is to have. */
export interface ObjectExtern {
  readonly name: string;
  readonly kind: 'kfunc' | 'ksym' | 'kconfig';
  readonly isWeak: boolean;
  /** Type in `types`; 0 for one without. */
  readonly typeId: number;
}

/** A struct of functions that a kernel is to call: a variable in .struct_ops or .struct_ops.link. */
export interface ObjectStructOps {
  readonly name: string;
  /** The struct's: 'tcp_congestion_ops'. */
  readonly struct: string;
  readonly section: string;
  /** Its section begins with '?'. */
  readonly isOptional: boolean;
  readonly members: readonly { readonly member: string; readonly prog: string }[];
}

/** An object that clang made, read and checked. */
export interface ObjectFile {
  readonly name: string;
  readonly license: string;
  readonly version: number | undefined;
  /** All of the file, in its order. */
  readonly sections: readonly ObjectSection[];
  /** Maps of .maps or maps, of global data (those begin with it), and .kconfig, which is filled when the object is linked. */
  readonly maps: readonly MapSpec[];
  /** Static `values` of maps of maps, and of prog_arrays (`prog`). */
  readonly inners: readonly InnerMapSpec[];
  readonly slots: readonly { readonly map: string; readonly index: number; readonly prog: string }[];
  /** Those that are programs: they stand in a section that names a type. */
  readonly progs: readonly ObjectFunc[];
  readonly subprogs: readonly ObjectFunc[];
  readonly externs: readonly ObjectExtern[];
  /** Where options of the kernel's configuration stand in the map .kconfig. */
  readonly kconfig: readonly KconfigPlace[];
  readonly structOps: readonly ObjectStructOps[];
  readonly types: Btf | undefined;
}

// BTF: the types of a kernel, or of a program. @see Documentation/bpf/btf.rst

/** A type, as its kind has it. Ids are positions in `Btf.types`; 0 is void. */
export type BtfRecord =
  | { readonly kind: 'void' }
  | {
      readonly kind: 'int';
      readonly name: string;
      readonly bytes: number;
      readonly bits: number;
      readonly isSigned: boolean;
      readonly isBool: boolean;
      readonly isChar: boolean;
      readonly bitOff: number;
    }
  | { readonly kind: 'float'; readonly name: string; readonly bytes: number }
  | { readonly kind: 'ptr'; readonly type: number }
  | { readonly kind: 'array'; readonly type: number; readonly index: number; readonly count: number }
  | {
      readonly kind: 'struct' | 'union';
      readonly name: string;
      readonly bytes: number;
      readonly members: readonly BtfMember[];
    }
  | {
      readonly kind: 'enum';
      readonly name: string;
      readonly bytes: number;
      readonly isSigned: boolean;
      readonly values: readonly { readonly name: string; readonly value: bigint }[];
    }
  | { readonly kind: 'fwd'; readonly name: string; readonly isUnion: boolean }
  | { readonly kind: 'typedef'; readonly name: string; readonly type: number }
  /** `isAttribute`: stands for any attribute of the compiler, not for a tag that the kernel knows. */
  | {
      readonly kind: 'type_tag';
      readonly name: string;
      readonly type: number;
      readonly isAttribute?: boolean;
    }
  | { readonly kind: 'const' | 'volatile' | 'restrict'; readonly type: number }
  | {
      readonly kind: 'func';
      readonly name: string;
      readonly type: number;
      readonly linkage: 'static' | 'global' | 'extern';
    }
  | {
      readonly kind: 'func_proto';
      readonly ret: number;
      readonly params: readonly { readonly name: string; readonly type: number }[];
    }
  | {
      readonly kind: 'var';
      readonly name: string;
      readonly type: number;
      readonly linkage: 'static' | 'global' | 'extern';
    }
  | {
      readonly kind: 'datasec';
      readonly name: string;
      readonly bytes: number;
      readonly vars: readonly { readonly type: number; readonly off: number; readonly bytes: number }[];
    }
  /** `component`: the member or parameter that the tag is on, -1 for the whole. */
  | {
      readonly kind: 'decl_tag';
      readonly name: string;
      readonly type: number;
      readonly component: number;
      readonly isAttribute?: boolean;
    };
export type BtfKind = BtfRecord['kind'];

export interface BtfMember {
  readonly name: string;
  readonly type: number;
  /** Bits from the start of the struct. */
  readonly bitOff: number;
  /** Width in bits of a bit field, 0 for other members. */
  readonly bits: number;
}

/** A set of types. */
export interface Btf {
  /** 'vmlinux', or the program's. */
  readonly name: string;
  /** How many types there are, void included. */
  readonly count: number;
  /** The type with an id. Throws RangeError for an id that is none. */
  type(id: number): BtfRecord;
  /** Id of the first type of a kind by its name, undefined when there is none. */
  find(kind: BtfKind, name: string): number | undefined;
  /** Ids of all types of a kind, in their order. */
  ids(kind: BtfKind): readonly number[];
  /** Ids of all named types of a kind by name, in their order. Absent where it is no faster than a look at all of them: see idsByName. */
  names?(kind: BtfKind): ReadonlyMap<string, readonly number[]>;
}

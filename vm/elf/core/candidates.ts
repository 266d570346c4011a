// Types of the kernel that a type of the object may stand for: those of its kind and its name, flavours aside.
import type { Btf, BtfKind } from '../../btf/btf.ts';
import { idsByName } from '../../btf/name-index.ts';
import { nameOf } from '../../btf/query.ts';
import { essentialName } from './essential-name.ts';

/**
 * The candidates for the types of one object. Those that a relocation of a type has ruled out are none any more for the later ones of that type, in all
 * programs of the object: so that the fields of a struct are not taken from two structs. @see tools/lib/bpf/libbpf.c bpf_core_find_cands
 */
export class Candidates {
  /** The kernel's, for messages. */
  readonly kernelName: string;
  private readonly types: Btf;
  private readonly kernel: Btf;
  private readonly known = new Map<number, readonly number[]>();

  constructor(types: Btf, kernel: Btf, kernelName = kernel.name) {
    this.kernelName = kernelName;
    this.types = types;
    this.kernel = kernel;
  }

  /** Ids in the kernel's types, in their order: the same list until some are ruled out. */
  of(id: number): readonly number[] {
    let ids = this.known.get(id);
    if (ids === undefined) {
      const type = this.types.type(id);
      ids = essentialIndex(this.kernel, type.kind).get(essentialName(nameOf(type))) ?? [];
      this.known.set(id, ids);
    }
    return ids;
  }

  /** Leaves these to the relocations to come. */
  keep(id: number, ids: readonly number[]): void {
    if (ids.length !== this.of(id).length) this.known.set(id, ids);
  }
}

type Index = ReadonlyMap<string, readonly number[]>;
const INDEXES = new WeakMap<Btf, Map<BtfKind, Index>>();

function essentialIndex(btf: Btf, kind: BtfKind): Index {
  const kinds = INDEXES.get(btf) ?? new Map<BtfKind, Index>();
  INDEXES.set(btf, kinds);
  let index = kinds.get(kind);
  if (index === undefined) {
    index = withoutFlavours(idsByName(btf, kind));
    kinds.set(kind, index);
  }
  return index;
}

function withoutFlavours(names: Index): Index {
  const index = new Map<string, readonly number[]>(names);
  for (const [name, ids] of names) {
    const essential = essentialName(name);
    if (essential === name) continue;
    index.delete(name);
    index.set(
      essential,
      [...(index.get(essential) ?? []), ...ids].toSorted((a, b) => a - b),
    );
  }
  return index;
}

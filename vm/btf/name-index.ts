// All types of a name: a set of types may have several.
import type { Btf, BtfKind } from './btf.ts';
import { nameOf } from './query.ts';

type Names = ReadonlyMap<string, readonly number[]>;
const KNOWN = new WeakMap<Btf, Map<BtfKind, Names>>();

/** Ids of all named types of a kind by name, in their order. Asked once of each kind; the types must not change afterwards. */
export function idsByName(btf: Btf, kind: BtfKind): Names {
  if (btf.names !== undefined) return btf.names(kind);
  const kinds = KNOWN.get(btf) ?? new Map<BtfKind, Names>();
  KNOWN.set(btf, kinds);
  const known = kinds.get(kind);
  if (known !== undefined) return known;
  const names = new Map<string, number[]>();
  for (const id of btf.ids(kind)) {
    const name = nameOf(btf.type(id));
    if (name === '') continue;
    const ids = names.get(name);
    if (ids === undefined) names.set(name, [id]);
    else ids.push(id);
  }
  kinds.set(kind, names);
  return names;
}

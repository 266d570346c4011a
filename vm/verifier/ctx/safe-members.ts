// Members whose pointers are as good as the pointer to their struct: the kernel lists them, as structs whose names end in __safe_TRUST.
import type { Btf } from '../../btf/btf.ts';
import { isStruct, nameOf, skipModifiers } from '../../btf/query.ts';

/** How far such a pointer may be relied on. */
export type MemberTrust = 'trusted' | 'trusted_or_null' | 'rcu' | 'rcu_or_null';
/** In the order in which the kernel asks. */
const TRUSTS: readonly MemberTrust[] = ['trusted', 'trusted_or_null', 'rcu', 'rcu_or_null'];

interface SafeMember {
  readonly name: string;
  /** Id of the struct that it points at. */
  readonly target: number;
  readonly trust: MemberTrust;
}

const KNOWN = new WeakMap<Btf, Map<number, readonly SafeMember[]>>();

/** What the list says of member `name` of struct `id`, a pointer to struct `target`. @see btf_nested_type_is_trusted */
export function memberTrust(btf: Btf, id: number, name: string, target: number): MemberTrust | undefined {
  for (const member of safeMembers(btf, id)) {
    if (member.target === target && member.name === name) return member.trust;
  }
  return undefined;
}

function safeMembers(btf: Btf, id: number): readonly SafeMember[] {
  let known = KNOWN.get(btf);
  if (known === undefined) KNOWN.set(btf, (known = new Map<number, readonly SafeMember[]>()));
  let members = known.get(id);
  if (members === undefined) known.set(id, (members = TRUSTS.flatMap((trust) => listed(btf, id, trust))));
  return members;
}

function listed(btf: Btf, id: number, trust: MemberTrust): SafeMember[] {
  const struct = btf.type(id);
  const listId = btf.find(struct.kind, `${nameOf(struct)}__safe_${trust}`);
  const list = listId === undefined ? undefined : btf.type(listId);
  if (list === undefined || !isStruct(list)) return [];
  return list.members.flatMap(({ name, type }) => {
    const pointer = btf.type(type);
    return pointer.kind === 'ptr' ? [{ name, target: skipModifiers(btf, pointer.type), trust }] : [];
  });
}

// Types of pointers that a program keeps: structs of the kernel, and the program's own, from BTF or from the text of an object.
import { nameOf, isStruct as isStructRecord } from '../../btf/query.ts';
import { valueFields } from '../../btf/value-fields.ts';
import type { ObjectType, ValueField, ValueFieldKind } from '../../object.ts';
import type { Btf } from '../../btf/btf.ts';
import type { BtfType } from '../btf-type.ts';
import type { Env } from '../env.ts';
import type { Reg } from '../reg.ts';

/** The two fields of a register that say what struct is behind it. */
export type Pointee = Pick<Reg, 'btf' | 'object'>;

const OF_BTF = new WeakMap<Btf, Map<number, ObjectType>>();

/** The program's own struct with an id in its BTF, undefined when there is none. */
export function ownStruct(env: Env, id: number): Pointee | undefined {
  const { objects, types } = env.input;
  if (types !== undefined && (id >= types.count || types.type(id).kind !== 'struct')) return undefined;
  const object = objects.find((known) => known.id === id) ?? (types && objectOf(types, id));
  if (object === undefined) return undefined;
  return { object, btf: types === undefined ? undefined : { btf: types, id } };
}

/** The struct that a kptr field points at: the kernel's by that name, or else the program's. @see btf_parse_kptr */
export function kptrTarget(env: Env, field: ValueField): Pointee | undefined {
  const name = field.target ?? '';
  const btf = kernelStruct(env, name);
  return btf === undefined ? ownStructNamed(env, name) : { btf, object: undefined };
}

/** A struct of the kernel, undefined when it has none of that name. */
export function kernelStruct({ input: { kernel } }: Env, name: string): BtfType | undefined {
  const id = kernel.find('struct', name);
  return id === undefined ? undefined : { btf: kernel, id };
}

/** What a list_head or an rb_root says of its nodes: the struct, and where the node lies in it. @see btf_field_graph_root */
export function nodeOf(
  env: Env,
  root: ValueField,
): { readonly pointee: Pointee; readonly off: number } | undefined {
  const [struct = '', member = ''] = (root.target ?? '').split(':', 2);
  const pointee = ownStructNamed(env, struct);
  if (pointee?.object === undefined) return undefined;
  const kind = root.kind === 'list_head' ? 'list_node' : 'rb_node';
  const off = memberOff(pointee, member) ?? onlyField(pointee.object, kind, member);
  return off === undefined ? undefined : { pointee, off };
}

/** Name of the struct behind a pointer, '' where there is none. */
export function pointeeName({ btf, object }: Pointee): string {
  return object?.name ?? (btf === undefined ? '' : nameOf(btf.btf.type(btf.id)));
}

function ownStructNamed(env: Env, name: string): Pointee | undefined {
  const { objects, types } = env.input;
  const id = objects.find((known) => known.name === name)?.id ?? types?.find('struct', name);
  return id === undefined ? undefined : ownStruct(env, id);
}

function objectOf(types: Btf, id: number): ObjectType | undefined {
  let known = OF_BTF.get(types);
  if (known === undefined) OF_BTF.set(types, (known = new Map<number, ObjectType>()));
  const found = known.get(id);
  if (found !== undefined) return found;
  const record = types.type(id);
  if (!isStructRecord(record)) return undefined;
  const object = { id, name: record.name, bytes: record.bytes, fields: valueFields(types, id, 'object') };
  known.set(id, object);
  return object;
}

function memberOff({ btf }: Pointee, name: string): number | undefined {
  const record = btf?.btf.type(btf.id);
  if (record === undefined || !isStructRecord(record)) return undefined;
  const member = record.members.find((known) => known.name === name);
  return member === undefined ? undefined : member.bitOff / 8;
}

/** Object texts name the member behind the field (`list_node@32:link`) where a struct has several of a kind. */
function onlyField({ fields = [] }: ObjectType, kind: ValueFieldKind, member: string): number | undefined {
  const nodes = fields.filter((field) => field.kind === kind);
  return (nodes.find(({ target }) => target === member) ?? nodes[0])?.off;
}

// What a function of the program takes, as its BTF tells it.
import type { Btf, BtfKind, BtfRecord } from '../../btf/btf.ts';
import {
  declTags,
  isNumber,
  isStruct,
  kindWord,
  nameOf,
  plainType,
  shownName,
  sizeOf,
} from '../../btf/query.ts';
import type { Env, Subprog } from '../env.ts';
import { FLAGS } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { checkCtxTag, isCtxType } from './ctx-types.ts';

/** A parameter. */
export type FuncArg =
  | { readonly kind: 'number' | 'ctx' | 'dynptr' | 'arena' }
  /** Memory of a size, all of it readable and writable. */
  | { readonly kind: 'memory'; readonly bytes: number; readonly mayBeNull: boolean }
  /** Any address: loads from it survive a fault. */
  | { readonly kind: 'any-memory' }
  /** A struct of the kernel, by its id there; `flags` of a pointer to it. */
  | { readonly kind: 'struct'; readonly id: number; readonly flags: number };

/** Parameters of functions that are known to be in order. */
const KNOWN = new WeakMap<Subprog, readonly FuncArg[]>();

/**
 * What a function takes. Undefined for one whose BTF says nothing that could be relied on: it has none, or it is static and takes what only a walk can follow.
 * Refuses types that global functions may not have, and tags that do not fit. @see kernel/bpf/btf.c btf_prepare_func_args
 */
export function funcArgs(env: Env, index: number): readonly FuncArg[] | undefined {
  const subprog = env.subprogs[index]!;
  const known = KNOWN.get(subprog);
  if (known !== undefined) return known;
  const func = funcOf(env, subprog);
  if (func === undefined) return undefined;
  const args = readArgs(env, func);
  if (args !== undefined) KNOWN.set(subprog, args);
  return args;
}

interface Func {
  readonly types: Btf;
  /** Id of its BTF_KIND_FUNC, which tags refer to. */
  readonly id: number;
  readonly name: string;
  readonly isGlobal: boolean;
  readonly proto: Extract<BtfRecord, { kind: 'func_proto' }>;
}

function funcOf({ input: { types } }: Env, { info }: Subprog): Func | undefined {
  if (types === undefined || info?.typeId === undefined) return undefined;
  const func = types.type(info.typeId);
  const proto = func.kind === 'func' ? types.type(func.type) : undefined;
  if (proto?.kind !== 'func_proto') return undefined;
  return { types, id: info.typeId, name: info.name, isGlobal: info.linkage === 'global', proto };
}

/** @see MAX_BPF_FUNC_REG_ARGS */
const MAX_ARGS = 5;

function readArgs(env: Env, func: Func): FuncArg[] | undefined {
  const { types, name, isGlobal, proto } = func;
  const count = proto.params.length;
  if (count > MAX_ARGS)
    return isGlobal ? refuse(env, 'func-args-many', [], name, count, MAX_ARGS) : undefined;
  if (!isNumber(plainType(types, proto.ret)))
    return isGlobal ? refuse(env, 'func-returns', [], name) : undefined;
  const args: FuncArg[] = [];
  for (let i = 0; i < count; i++) {
    const arg = readArg(env, func, i);
    if (arg === undefined) return undefined;
    args.push(arg);
  }
  return args;
}

/** Tags on parameters: what stands behind 'arg:'. */
const TAGS = ['ctx', 'trusted', 'untrusted', 'nonnull', 'nullable', 'arena'] as const;
type Tag = (typeof TAGS)[number];

function readArg(env: Env, func: Func, i: number): FuncArg | undefined {
  const { types, name, isGlobal, proto } = func;
  const tags = tagsOf(env, func, i);
  const type = plainType(types, proto.params[i]!.type);
  if (type.kind === 'ptr') {
    const arg = pointerArg(env, func, i, type.type, tags);
    if (arg !== undefined) return arg;
  }
  if (tags.size > 0) refuse(env, 'func-arg-tag-number', [], i);
  if (isNumber(type)) return { kind: 'number' };
  return isGlobal ? refuse(env, 'func-arg-type', [], i, kindWord(type), name) : undefined;
}

function tagsOf(env: Env, { types, id, isGlobal }: Func, i: number): ReadonlySet<Tag> {
  const tags = new Set<Tag>();
  for (const text of declTags(types, id, i)) {
    if (!text.startsWith('arg:')) continue;
    if (!isGlobal) refuse(env, 'func-arg-tag-static', [], i);
    const tag = TAGS.find((known) => `arg:${known}` === text);
    if (tag === undefined) refuse(env, 'func-arg-tag-unknown', [], i, text);
    tags.add(tag);
  }
  return tags;
}

/** Undefined for a pointer of a static function that says nothing. */
function pointerArg(
  env: Env,
  func: Func,
  i: number,
  pointed: number,
  tags: ReadonlySet<Tag>,
): FuncArg | undefined {
  const { types, isGlobal } = func;
  const isAlone = tags.size === 1;
  if (tags.has('ctx') || isCtxType(types, pointed, env.input.type)) {
    if (tags.size > (tags.has('ctx') ? 1 : 0)) refuse(env, 'func-arg-tags', [], i, [...tags]);
    if (tags.has('ctx')) checkCtxTag(env, types, i, pointed);
    return { kind: 'ctx' };
  }
  const record = plainType(types, pointed);
  if (record.kind === 'struct' && record.name === 'bpf_dynptr') {
    if (tags.size > 0) refuse(env, 'func-arg-tags', [], i, [...tags]);
    return { kind: 'dynptr' };
  }
  if (tags.has('trusted')) {
    if (tags.has('nonnull')) refuse(env, 'func-arg-tags', [], i, [...tags]);
    const id = kernelTypeOf(env, i, record);
    return { kind: 'struct', id, flags: FLAGS.trusted | (tags.has('nullable') ? FLAGS.maybe_null : 0) };
  }
  if (tags.has('untrusted')) {
    if (!isAlone) refuse(env, 'func-arg-untrusted', [], i);
    return untrustedArg(env, i, record);
  }
  if (tags.has('arena')) {
    if (!isAlone) refuse(env, 'func-arg-arena', [], i);
    return { kind: 'arena' };
  }
  if (!isGlobal) return undefined;
  if (tags.has('nullable')) refuse(env, 'func-arg-tags', [], i, [...tags]);
  const bytes = sizeOf(types, pointed);
  if (bytes === undefined) refuse(env, 'func-arg-size', [], i, kindWord(record), nameOf(record));
  return { kind: 'memory', bytes, mayBeNull: !tags.has('nonnull') };
}

function untrustedArg(env: Env, i: number, record: BtfRecord): FuncArg {
  if (record.kind === 'void' || isNumber(record)) return { kind: 'any-memory' };
  const id = kernelTypeOf(env, i, record);
  const found = env.input.kernel.type(id);
  if (!isStruct(found)) refuse(env, 'func-arg-no-struct', [], i, kindWord(found), nameOf(record));
  return { kind: 'struct', id, flags: FLAGS.untrusted };
}

/** Id of the kernel's one type of that kind and name; what stands behind ___ in a name does not count. @see btf_get_ptr_to_btf_id */
function kernelTypeOf(env: Env, i: number, record: BtfRecord): number {
  const { kernel } = env.input;
  const name = nameOf(record);
  if (name === '') refuse(env, 'func-arg-nameless', [], i, kindWord(record));
  const ids = candidates(kernel, record.kind, essential(name));
  if (ids.length === 1) return ids[0]!;
  const kind = kindWord(record);
  return ids.length === 0
    ? refuse(env, 'func-arg-unknown', [], i, kind, shownName(name))
    : refuse(env, 'func-arg-ambiguous', [], i, kind, shownName(name));
}

function candidates(kernel: Btf, kind: BtfKind, name: string): number[] {
  return kernel.ids(kind).filter((id) => {
    const found = nameOf(kernel.type(id));
    return found.startsWith(name) && essential(found) === name;
  });
}

/** @see bpf_core_essential_name_len */
function essential(name: string): string {
  return name.replace(/(?<=[^_])___[^_](?:(?![^_]___[^_]).)*$/s, '');
}

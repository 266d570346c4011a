// What lies at an offset of a struct: down through nested structs, unions and arrays.
import type { Btf, BtfMember, BtfRecord } from './btf.ts';
import { isModifier, isStruct, nameOf, plainType, shownName, skipModifiers } from './query.ts';

/** A member and the bytes that were wanted; `at` is where the pointer begins, or the member ends. */
export interface MemberPlace {
  readonly struct: string;
  readonly member: string;
  readonly at: number;
  readonly off: number;
  readonly bytes: number;
}

/** Why nothing can be said of an offset. */
export type WalkError =
  | { readonly kind: 'no-struct'; readonly name: string }
  | { readonly kind: 'beyond'; readonly struct: string; readonly off: number; readonly bytes: number }
  | { readonly kind: 'no-size'; readonly member: string }
  | ({ readonly kind: 'pointer' } & MemberPlace)
  | ({ readonly kind: 'member-end' } & MemberPlace)
  | { readonly kind: 'no-member'; readonly struct: string; readonly off: number };

/** What was found. */
export type Found =
  | { readonly kind: 'number' }
  /** A pointer to a struct, and the tag that stands before it: 'rcu', 'user', 'percpu', or ''. */
  | { readonly kind: 'pointer'; readonly id: number; readonly tag: string; readonly member: string }
  /** A pointer to something else. */
  | { readonly kind: 'plain-pointer' }
  /** A struct begins at the offset. */
  | { readonly kind: 'struct'; readonly id: number }
  | { readonly kind: 'error'; readonly error: WalkError };

/** What is found in the end: no struct. */
export type Leaf = Exclude<Found, { kind: 'struct' }>;

export interface WalkOptions {
  /** The bytes behind a struct whose last member is an array without length belong to it. */
  readonly isFlexible: boolean;
  /** What is read need not be true: an access may leave its member. */
  readonly isUntrusted: boolean;
}

/** What a walk found, and whether it went through a union with several members: whoever reads one of them may read what was stored as another. */
export interface Walked<What extends Found = Found> {
  readonly found: What;
  readonly isUntrusted: boolean;
}

/** What a load of `bytes` at `off` of struct `id` finds: in a nested struct, its innermost member. Never a struct. @see kernel/bpf/btf.c btf_struct_access */
export function findMember(
  btf: Btf,
  id: number,
  off: number,
  bytes: number,
  options: WalkOptions,
): Walked<Leaf> {
  let { found, isUntrusted } = walkStruct(btf, id, off, bytes, options);
  while (found.kind === 'struct') {
    ({ found, isUntrusted } = walkStruct(btf, found.id, 0, bytes, { ...options, isUntrusted }));
  }
  return { found, isUntrusted };
}

const NUMBER: Found = { kind: 'number' };
const PLAIN_POINTER: Found = { kind: 'plain-pointer' };

/** The first thing that a walk meets at `off`: a member, or a struct that begins there. @see btf_struct_walk */
export function walkStruct(btf: Btf, id: number, off: number, bytes: number, options: WalkOptions): Walked {
  let { isUntrusted } = options;
  let at = id;
  let rest = off;
  const done = (found: Found): Walked => ({ found, isUntrusted });
  for (;;) {
    const type = plainType(btf, at);
    if (!isStruct(type)) return done(fail({ kind: 'no-struct', name: shownName(nameOf(type)) }));
    if (type.kind === 'union' && type.members.length !== 1) isUntrusted = true;
    if (rest + bytes > type.bytes) {
      const tail = options.isFlexible ? flexibleTail(btf, type, rest) : undefined;
      if (tail === undefined)
        return done(fail({ kind: 'beyond', struct: shownName(type.name), off: rest, bytes }));
      if (tail.id === undefined) return done(NUMBER);
      at = tail.id;
      rest = tail.off;
      continue;
    }
    const step = stepInto(btf, type, rest, bytes, isUntrusted);
    if (step.kind !== 'into') return done(step);
    at = step.id;
    rest = step.off;
  }
}

interface Into {
  readonly kind: 'into';
  readonly id: number;
  readonly off: number;
}
type StructRecord = Extract<BtfRecord, { kind: 'struct' | 'union' }>;

/** The element of the array without length that ends a struct, `off` bytes into the struct: a struct and where in it, or a number. */
function flexibleTail(
  btf: Btf,
  { members }: StructRecord,
  off: number,
): { readonly id: number | undefined; readonly off: number } | undefined {
  const last = members.at(-1);
  const array = last === undefined ? undefined : plainType(btf, last.type);
  if (last === undefined || array?.kind !== 'array' || array.count !== 0) return undefined;
  const start = Math.floor(last.bitOff / 8);
  if (off < start) return undefined;
  const element = plainType(btf, array.type);
  if (element.kind === 'int') return { id: undefined, off: 0 };
  if (!isStruct(element) || element.bytes === 0) return undefined;
  return { id: skipModifiers(btf, array.type), off: (off - start) % element.bytes };
}

function stepInto(
  btf: Btf,
  { name, members }: StructRecord,
  off: number,
  bytes: number,
  isUntrusted: boolean,
): Found | Into {
  const struct = shownName(name);
  for (const member of members) {
    const start = Math.floor(member.bitOff / 8);
    if (off + bytes <= start) break;
    if (member.bits !== 0) {
      if (off <= start && Math.ceil((member.bitOff + member.bits) / 8) <= off + bytes) return NUMBER;
      continue;
    }
    if (off < start) break;
    const shape = shapeOf(btf, member);
    if (shape === undefined) return fail({ kind: 'no-size', member: shownName(member.name) });
    const end = start + shape.bytes * shape.count;
    if (off >= end) continue;
    const begin = start + Math.floor((off - start) / shape.bytes) * shape.bytes;
    const { element, id } = shape;
    if (isStruct(element)) {
      return off === begin ? { kind: 'struct', id } : { kind: 'into', id, off: off - begin };
    }
    if (element.kind === 'ptr')
      return pointerAt(btf, struct, member, element.type, shape.bytes, { begin, off, bytes });
    if (off + bytes > end && !isUntrusted) {
      return fail({ kind: 'member-end', struct, member: shownName(member.name), at: end, off, bytes });
    }
    return NUMBER;
  }
  return fail({ kind: 'no-member', struct, off });
}

function pointerAt(
  btf: Btf,
  struct: string,
  member: BtfMember,
  type: number,
  size: number,
  { begin, off, bytes }: { readonly begin: number; readonly off: number; readonly bytes: number },
): Found {
  if (bytes !== size || off !== begin) {
    return fail({ kind: 'pointer', struct, member: shownName(member.name), at: begin, off, bytes });
  }
  const id = skipModifiers(btf, type);
  if (!isStruct(btf.type(id))) return PLAIN_POINTER;
  const first = btf.type(type);
  const tag = first.kind === 'type_tag' && first.isAttribute !== true ? first.name : '';
  return { kind: 'pointer', id, tag, member: member.name };
}

/** An array of arrays is one array; a member that is none has one element. */
interface Shape {
  readonly element: BtfRecord;
  /** The struct's: of an array the id that the array has, modifiers and all. */
  readonly id: number;
  readonly bytes: number;
  readonly count: number;
}

/** Types that a member is made of one after the other, at most. @see MAX_RESOLVE_DEPTH */
const LIMIT_DEPTH = 32;
const MAX_BYTES = 0xffff_ffff;

/** @see __btf_resolve_size */
function shapeOf(btf: Btf, member: BtfMember): Shape | undefined {
  let at = member.type;
  let element: number | undefined;
  let count = 1;
  for (let depth = 0; depth < LIMIT_DEPTH; depth++) {
    const type = btf.type(at);
    if (isModifier(type)) at = type.type;
    else if (type.kind === 'array') {
      count *= type.count;
      if (count > MAX_BYTES) return undefined;
      element = type.type;
      at = type.type;
    } else {
      const bytes =
        type.kind === 'ptr' ? 8 : 'bytes' in type && type.kind !== 'datasec' ? type.bytes : undefined;
      if (bytes === undefined || bytes * count > MAX_BYTES) return undefined;
      return { element: type, id: element ?? at, bytes, count };
    }
  }
  return undefined;
}

function fail(error: WalkError): Found {
  return { kind: 'error', error };
}

/** The kernel's sentence. */
export function walkErrorText(error: WalkError): string {
  switch (error.kind) {
    case 'no-struct':
      return `Type '${error.name}' is not a struct`;
    case 'beyond':
      return `access beyond struct ${error.struct} at off ${error.off} size ${error.bytes}`;
    case 'no-size':
      return `field ${error.member} doesn't have size`;
    case 'pointer': {
      const { member, at, struct, off, bytes } = error;
      return `cannot access ptr member ${member} with moff ${at} in struct ${struct} with off ${off} size ${bytes}`;
    }
    case 'member-end': {
      const { member, at, struct, off, bytes } = error;
      return `access beyond the end of member ${member} (mend:${at}) in struct ${struct} with off ${off} size ${bytes}`;
    }
    default:
      return `struct ${error.struct} doesn't have field at offset ${error.off}`;
  }
}

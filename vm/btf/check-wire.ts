// Whether the types of a blob fit together: what they refer to is there, and none contains itself. Whoever asks about types later needs no bounds then.
import { BTF_ERRORS, BtfError } from './btf-error.ts';
import { KIND, TYPE_BYTES, WIRE_KINDS } from './kinds.ts';
import type { Wire } from './wire.ts';

/** Bytes of a name that a kernel takes at most. @see KSYM_NAME_LEN */
const LIMIT_NAME_BYTES = 512;
/** Of a tag, which is any text. */
const LIMIT_TAG_BYTES = 4096;

/** Throws BtfError for a name or a type that is not there, for a func or var section of something else, and for a type that contains itself. */
export function checkWire(wire: Wire): void {
  const hasLong = longestText(wire) > LIMIT_NAME_BYTES;
  for (let id = 1; id < wire.offsets.length; id++) checkReferences(wire, id, hasLong);
  checkLoops(wire);
}

/** Bytes of the longest of all strings: lines of source stand among them. */
function longestText({ bytes, strings }: Wire): number {
  let longest = 0;
  let start = strings.start;
  for (let at = start; at < strings.end; at++) {
    if (bytes[at] !== 0) continue;
    if (at - start > longest) longest = at - start;
    start = at + 1;
  }
  return longest;
}

/** Many types may share the bytes of one name: without a limit a small blob asks for more than any memory holds. */
function checkLength({ bytes, kinds, strings }: Wire, id: number, place: number, name: number): void {
  const isTag = kinds[id] === KIND.declTag || kinds[id] === KIND.typeTag;
  const limit = isTag ? LIMIT_TAG_BYTES : LIMIT_NAME_BYTES;
  const start = strings.start + name;
  if (bytes.subarray(start, start + limit + 1).includes(0)) return;
  throw new BtfError('long', 'types', place, BTF_ERRORS.long(limit));
}

function checkReferences(wire: Wire, id: number, hasLong: boolean): void {
  const { view, offsets, kinds, strings } = wire;
  const at = offsets[id]!;
  const row = WIRE_KINDS[kinds[id]!]!; // readWire knows all kinds
  const checkName = (place: number): void => {
    const name = view.getUint32(place, true);
    if (name >= strings.end - strings.start) {
      throw new BtfError('bounds', 'types', place, BTF_ERRORS.bounds(`name at ${name}`));
    }
    if (hasLong) checkLength(wire, id, place, name);
  };
  const checkId = (place: number): void => {
    const target = view.getUint32(place, true);
    if (target < offsets.length) return;
    throw new BtfError('reference', 'types', place, BTF_ERRORS.reference(target, offsets.length));
  };
  checkName(at);
  if (row.word === 'type') {
    checkId(at + 8);
    checkTarget(wire, id, view.getUint32(at + 8, true));
  }
  const behind = at + TYPE_BYTES;
  const parts = row.each === 0 ? 1 : view.getUint32(at + 4, true) & 0xffff;
  for (let i = 0; i < parts; i++) {
    const part = behind + i * row.each;
    if (row.partName !== undefined) checkName(part + row.partName);
    for (const place of row.ids ?? []) checkId(part + place);
  }
}

function checkTarget({ offsets, kinds }: Wire, id: number, target: number): void {
  const kind = kinds[id];
  const isRight = kind !== KIND.func || kinds[target] === KIND.funcProto;
  if (isRight) return;
  const why = `func ${id} has type ${target}, which is no func_proto`;
  throw new BtfError('wrong-kind', 'types', offsets[id]!, BTF_ERRORS['wrong-kind'](why));
}

const OPEN = 1;
const DONE = 2;

/** @see kernel/bpf/btf.c btf_resolve */
function checkLoops(wire: Wire): void {
  const marks = new Uint8Array(wire.offsets.length);
  for (let id = 1; id < marks.length; id++) if (marks[id] === 0) descend(wire, marks, id);
  marks.fill(0);
  for (let id = 1; id < marks.length; id++) follow(wire, marks, id);
}

/** Goes from a type to all that it contains, with a stack of its own: types may be nested deeper than functions can be. */
function descend(wire: Wire, marks: Uint8Array, root: number): void {
  const path = [root];
  const next = [0];
  marks[root] = OPEN;
  while (path.length > 0) {
    const id = path.at(-1)!;
    const i = next.at(-1)!;
    next[next.length - 1] = i + 1;
    if (i >= contained(wire, id)) {
      marks[id] = DONE;
      path.pop();
      next.pop();
      continue;
    }
    const child = wire.view.getUint32(containedAt(wire, id, i), true);
    if (marks[child] === OPEN) throw loop(wire, child);
    if (marks[child] === DONE || child === 0) continue;
    marks[child] = OPEN;
    path.push(child);
    next.push(0);
  }
}

/** How many types a type contains by value. */
function contained({ view, offsets, kinds }: Wire, id: number): number {
  const kind = kinds[id]!;
  if (kind === KIND.struct || kind === KIND.union) return view.getUint32(offsets[id]! + 4, true) & 0xffff;
  return kind === KIND.array || kind === KIND.var || isModifier(kind) ? 1 : 0;
}

/** Offset of the id of the type that is contained at place `i`. */
function containedAt({ offsets, kinds }: Wire, id: number, i: number): number {
  const kind = kinds[id]!;
  const at = offsets[id]!;
  if (kind === KIND.struct || kind === KIND.union) return at + TYPE_BYTES + 12 * i + 4;
  return kind === KIND.array ? at + TYPE_BYTES : at + 8;
}

function isModifier(kind: number): boolean {
  return (kind >= KIND.typedef && kind <= KIND.restrict) || kind === KIND.typeTag;
}

/** Goes along pointers and modifiers: one that points at itself has no name in C. */
function follow(wire: Wire, marks: Uint8Array, start: number): void {
  const { view, offsets, kinds } = wire;
  const path: number[] = [];
  let id = start;
  while (id !== 0 && marks[id] === 0 && (kinds[id] === KIND.ptr || isModifier(kinds[id]!))) {
    marks[id] = OPEN;
    path.push(id);
    id = view.getUint32(offsets[id]! + 8, true);
  }
  if (marks[id] === OPEN) throw loop(wire, id);
  for (const each of path) marks[each] = DONE;
}

function loop({ offsets }: Wire, id: number): BtfError {
  return new BtfError('loop', 'types', offsets[id]!, BTF_ERRORS.loop(id));
}

// Walks through structs that were made before: a program that loops asks for the same few members again and again.
import type { Btf } from './btf.ts';
import { findMember, type Leaf, type Walked } from './walk.ts';

/** Answers kept for one Btf, at most; then all are forgotten. A program asks for some dozens. */
const LIMIT_KNOWN = 8_192;
/** Offsets below are remembered: the key of an answer is one number. */
const LIMIT_OFF = 0x1_0000;

const KNOWN = new WeakMap<Btf, Map<number, Walked<Leaf>>>();

/** What `findMember` finds for a pointer that can be relied on. */
export function knownMember(
  btf: Btf,
  id: number,
  off: number,
  bytes: number,
  isFlexible: boolean,
): Walked<Leaf> {
  const options = { isFlexible, isUntrusted: false };
  if (off >= LIMIT_OFF || bytes > 8) return findMember(btf, id, off, bytes, options);
  let known = KNOWN.get(btf);
  if (known === undefined) KNOWN.set(btf, (known = new Map<number, Walked<Leaf>>()));
  const key = ((id * LIMIT_OFF + off) * 16 + bytes) * 2 + (isFlexible ? 1 : 0);
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= LIMIT_KNOWN) known.clear();
  const walked = findMember(btf, id, off, bytes, options);
  known.set(key, walked);
  return walked;
}

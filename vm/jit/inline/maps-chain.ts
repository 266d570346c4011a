// The chains of hash maps as generated code changes them: elements out of the pool and back, into their bucket and out of it. What is written is what
// vm/maps writes, byte for byte.
import { POOL } from '../../maps/element-pool.ts';
import { HASH_HEAD } from '../../maps/hash-table.ts';
import type { PoolLayout, TableLayout } from '../../maps/layout.ts';
import type { CodeWriter, Local } from '../wasm/code-writer.ts';

/** Leaves the u32 at a constant offset on the stack. */
export function loadAt(code: CodeWriter, at: number): CodeWriter {
  return code.i32(0).mem('i32_load', at);
}

/** Puts an unused element into a local. `none` is written where there is none without more memory; it must leave the function. */
export function takeElement(code: CodeWriter, pool: PoolLayout, element: Local, none: () => void): void {
  const freeAt = pool.at + POOL.free;
  const freshAt = pool.at + POOL.fresh;
  loadAt(code, freeAt).tee(element).if();
  code.i32(0).get(element).mem('i32_load', pool.freeOff).mem('i32_store', freeAt);
  code.else();
  loadAt(code, freshAt).tee(element);
  loadAt(code, pool.at + POOL.freshEnd)
    .op('i32_eq')
    .if();
  none();
  code.end();
  code.i32(0).get(element).i32(pool.stride).op('i32_add').mem('i32_store', freshAt);
  code.end();
}

/** Gives an element back. */
export function giveElement(code: CodeWriter, pool: PoolLayout, element: Local): void {
  const freeAt = pool.at + POOL.free;
  code.get(element);
  loadAt(code, freeAt).mem('i32_store', pool.freeOff);
  code.i32(0).get(element).mem('i32_store', freeAt);
}

/** An element that is put into a bucket. */
export interface Linked {
  readonly element: Local;
  readonly hash: Local;
  readonly bucket: Local;
}

/** Puts the offset of the bucket of a hash into a local. */
export function setBucket(
  code: CodeWriter,
  table: TableLayout,
  { hash, bucket }: Pick<Linked, 'hash' | 'bucket'>,
): void {
  const mask = table.buckets - 1;
  code.get(hash).i32(mask).op('i32_and');
  code.i32(2).op('i32_shl').i32(table.bucketsAt).op('i32_add').set(bucket);
}

/** Puts an element at the head of its bucket. */
export function linkElement(code: CodeWriter, { element, hash, bucket }: Linked): void {
  code.get(element).get(bucket).mem('i32_load', 0).mem('i32_store', HASH_HEAD.next);
  code.get(element).get(hash).mem('i32_store', HASH_HEAD.hash);
  code.get(bucket).get(element).mem('i32_store', 0);
}

/** Takes an element, whose offset stands at `link`, out of its bucket. */
export function unlinkElement(code: CodeWriter, element: Local, link: Local): void {
  code.get(link).get(element).mem('i32_load', HASH_HEAD.next).mem('i32_store', 0);
}

/** Adds to the number of elements in the buckets. */
export function countElements(code: CodeWriter, { entriesAt }: TableLayout, by: number): void {
  code.i32(0);
  loadAt(code, entriesAt).i32(by).op('i32_add').mem('i32_store', entriesAt);
}

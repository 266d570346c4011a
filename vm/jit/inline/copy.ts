// Bytes that are moved from one offset to another: word by word where their number is known and small.
import { CodeWriter, type Local } from '../wasm/code-writer.ts';
import type { FuncCode, FuncName } from '../wasm/types.ts';
import type { CallContext } from './call.ts';

/** A place in memory: what stands in a local, i32, and so many bytes behind it. */
export interface Place {
  readonly local: Local;
  readonly off: number;
}

/** Most bytes that are moved without a loop: 16 words. */
export const MAX_UNROLLED = 128;

const MOVES = {
  8: ['i64_load', 'i64_store'],
  4: ['i32_load', 'i32_store'],
  2: ['i32_load16_u', 'i32_store16'],
  1: ['i32_load8_u', 'i32_store8'],
} as const;
type Width = keyof typeof MOVES;

/** The widest move of so many bytes. */
export function widthOf(bytes: number): Width {
  return bytes >= 8 ? 8 : bytes >= 4 ? 4 : bytes >= 2 ? 2 : 1;
}

/** Writes a move of `size` bytes, a number that the code knows, between places that do not overlap. */
export function moveKnown({ code }: Pick<CallContext, 'code'>, to: Place, from: Place, size: number): void {
  if (size > MAX_UNROLLED) {
    code.get(to.local).i32(to.off).op('i32_add').get(from.local).i32(from.off).op('i32_add').i32(size).copy();
    return;
  }
  for (let at = 0; at < size;) {
    const width = widthOf(size - at);
    const [load, store] = MOVES[width];
    code
      .get(to.local)
      .get(from.local)
      .mem(load, from.off + at)
      .mem(store, to.off + at);
    at += width;
  }
}

/** What is faster moved by the engine's own function than in a loop, which takes some time to begin: measured from 64 to 512 bytes. */
const MAX_LOOPED = 256;

/** Names the function that moves bytes: (to, from, size), which do not overlap. */
export function moveFunction(call: CallContext): FuncName {
  return call.runtime('rt:move', writeMove);
}

function writeMove(): FuncCode {
  const code = new CodeWriter('rt:move', 'i32 i32 i32 -> ', ['to', 'from', 'size']);
  const [to, from, size] = [0, 1, 2];
  const end = code.local('i32', 'end');
  code.get(size).i32(MAX_LOOPED).op('i32_gt_u').if();
  code.get(to).get(from).get(size).copy().op('return').end();
  const step = (local: Local, by: number) => code.get(local).i32(by).op('i32_add').set(local);
  code.get(from).get(size).i32(-8).op('i32_and').op('i32_add').set(end);
  code.block().loop();
  code.get(from).get(end).op('i32_eq').brIf(1);
  code.get(to).get(from).mem('i64_load', 0).mem('i64_store', 0);
  step(to, 8);
  step(from, 8);
  code.br(0).end().end();
  for (const width of [4, 2, 1] as const) {
    const [load, store] = MOVES[width];
    code.get(size).i32(width).op('i32_and').if();
    code.get(to).get(from).mem(load, 0).mem(store, 0);
    step(to, width);
    step(from, width);
    code.end();
  }
  return code.finish();
}

// What the kernel may read for a program in the current event besides the program's own memory: the structures that its ctx points at, the record of a
// tracepoint. A row in cells for each, so that generated code finds what is known there without asking; what no row has, JavaScript decides.
//
//   row: offset u32 | bytes u32 | words of 8 bytes that are known, bit by bit, i64 (of longer structures all bits are set, or the row is empty)
import type { RunEvent } from '../../interp/host.ts';
import type { HoledRegion } from '../../memory/holes.ts';
import type { LinearMemory } from '../../memory/linear.ts';
import type { Region } from '../../memory/regions.ts';
import { CELLS } from '../cells.ts';
import { CodeWriter } from '../wasm/code-writer.ts';
import type { FuncCode } from '../wasm/types.ts';

/** Rows there are: a ctx, and what it points at. */
export const READABLE_ROWS = 2;
/** Offsets in a row, and its bytes. */
export const READABLE_ROW = { at: 0, bytes: 4, words: 8, size: 16 } as const;
const ROW = READABLE_ROW;
/** Bits of a row. */
const WORDS = 64;

const NONE = new Int32Array((READABLE_ROWS * ROW.size) / 4);
const rowsOf = new WeakMap<RunEvent, Int32Array>();

/** The rows of an event, as they stand in cells. Empty ones where holes change from event to event. */
export function readableRows(event: RunEvent): Int32Array {
  const { kernelRegions } = event;
  if (kernelRegions.length === 0) return NONE;
  let rows = rowsOf.get(event);
  if (rows === undefined) {
    rows = new Int32Array(NONE.length);
    for (const [i, region] of kernelRegions.slice(0, READABLE_ROWS).entries()) rows.set(rowOf(region), 4 * i);
    rowsOf.set(event, rows);
  }
  return rows;
}

/** Writes the rows of an event to their cells. */
export function writeReadable({ i32 }: LinearMemory, event: RunEvent): void {
  const rows = readableRows(event);
  for (let i = 0; i < rows.length; i++) i32[CELLS.readable / 4 + i] = rows[i]!;
}

function rowOf(region: Region | HoledRegion): number[] {
  const { start, end } = region;
  if (!('holes' in region)) return [start, end - start, -1, -1];
  if (region.varies === true || end - start > 8 * WORDS) return [0, 0, 0, 0];
  let words = 0n;
  for (let word = 0; start + 8 * word < end; word++) {
    const from = start + 8 * word;
    if (!region.holes.some((hole) => hole.start < from + 8 && hole.end > from)) words |= 1n << BigInt(word);
  }
  return [start, end - start, Number(BigInt.asIntN(32, words)), Number(BigInt.asIntN(32, words >> 32n))];
}

/** (offset, bytes) -> 1 where a row says that they can be read. What begins or ends in a word that is known does not lie in a hole. */
export function writeIsReadable(): FuncCode {
  const code = new CodeWriter('rt:readable', 'i32 i32 -> i32', ['at', 'bytes']);
  const [at, bytes] = [0, 1];
  const off = code.local('i32', 'off');
  const size = code.local('i32', 'size');
  for (let row = 0; row < READABLE_ROWS; row++) {
    const cell = CELLS.readable + row * ROW.size;
    const isKnown = (): CodeWriter => code.i32(3).op('i32_shr_u').op('i64_extend_i32_u').op('i64_shr_u');
    code.block();
    code
      .get(bytes)
      .i32(0)
      .mem('i32_load', cell + ROW.bytes)
      .tee(size)
      .op('i32_gt_u')
      .brIf(0);
    code
      .get(at)
      .i32(0)
      .mem('i32_load', cell + ROW.at)
      .op('i32_sub')
      .tee(off);
    code.get(size).get(bytes).op('i32_sub').op('i32_gt_u').brIf(0);
    code
      .i32(0)
      .mem('i64_load', cell + ROW.words)
      .get(off);
    isKnown();
    code
      .i32(0)
      .mem('i64_load', cell + ROW.words)
      .get(off)
      .get(bytes)
      .op('i32_add')
      .i32(1)
      .op('i32_sub');
    isKnown().op('i64_or').i64(1).op('i64_and').op('i64_eqz').brIf(0);
    code.i32(1).op('return').end();
  }
  code.i32(0);
  return code.finish();
}

// Which eBPF insn a place in the code of a function stands for.
import type { CodeMark, FuncCode } from './types.ts';

/** The mark that a byte of the code is under; undefined before the first. Of marks at one place the last counts. */
export function markAt({ marks }: FuncCode, at: number): CodeMark | undefined {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (marks[middle]!.at <= at) low = middle + 1;
    else high = middle;
  }
  return marks[low - 1];
}

/** The pc that a byte of the code is for, as a trap tells it; -1 for none. */
export function pcAt(code: FuncCode, at: number): number {
  return markAt(code, at)?.pc ?? -1;
}

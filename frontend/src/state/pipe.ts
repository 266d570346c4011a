// trace_pipe as the page keeps it: the last lines, each with its number, so that a hole in what was sent can be seen.
import type { PipeView } from '../../../backend/protocol/index.ts';

/** Lines kept; older ones fall out at the front. More than this nobody scrolls through, and the DOM stays light. */
export const PIPE_LINES = 2_000;

export interface PipeLine {
  /** From 1, over all lines printed since the start of the recording. */
  readonly number: number;
  readonly text: string;
}

export interface Pipe {
  /** Lines printed so far, kept or not. */
  readonly total: number;
  /** In rising order; numbers may skip where the server did not send all. */
  readonly lines: readonly PipeLine[];
}

export const EMPTY_PIPE: Pipe = { total: 0, lines: [] };

/** `before` with the lines of `view` behind it. A whole view replaces everything; lines that are there already are not repeated. */
export function mergePipe(before: Pipe, view: PipeView): Pipe {
  const first = view.total - view.lines.length + 1;
  const fresh = view.lines.map((text, i): PipeLine => ({ number: first + i, text }));
  if (view.whole || view.total < before.total) return { total: view.total, lines: fresh.slice(-PIPE_LINES) };
  if (view.total === before.total) return before;
  const known = before.lines.at(-1)?.number ?? 0;
  const lines = [...before.lines, ...fresh.filter(({ number }) => number > known)];
  return { total: view.total, lines: lines.slice(-PIPE_LINES) };
}

/** Lines that contain `filter`, letter case ignored; all for an empty one. */
export function filterPipe(lines: readonly PipeLine[], filter: string): readonly PipeLine[] {
  const wanted = filter.trim().toLowerCase();
  return wanted === '' ? lines : lines.filter(({ text }) => text.toLowerCase().includes(wanted));
}

/** How many lines stand missing between `line` and the one before it (undefined: the first one kept). */
export function missingBefore(previous: PipeLine | undefined, line: PipeLine): number {
  return previous === undefined ? 0 : line.number - previous.number - 1;
}

// trace_pipe of a session: the last lines printed, and how many there were.
import { formatPrintk, type Printk } from '../../vm/index.ts';
import type { PipeView } from '../protocol/index.ts';

/** Lines kept: what a frame may carry at most. The page keeps more of its own. */
const PIPE_LINES = 500;

export interface PipeState {
  readonly total: number;
  readonly last: readonly Printk[];
}

export interface Pipe {
  readonly total: number;
  push(printk: Printk): void;
  /** Lines after line number `since`, as far as they are kept; `whole` asks for all that are kept. */
  view(since: number, whole: boolean): PipeView;
  save(): PipeState;
  restore(state: PipeState): void;
}

/** An empty pipe. Lines become text only when a frame shows them. */
export function createPipe(): Pipe {
  const ring: (Printk | undefined)[] = Array.from({ length: PIPE_LINES });
  let total = 0;
  const lastLines = (count: number): Printk[] => {
    const lines: Printk[] = [];
    for (let i = total - count; i < total; i++) {
      const line = ring[i % PIPE_LINES];
      if (line !== undefined) lines.push(line);
    }
    return lines;
  };
  const kept = (): number => Math.min(total, PIPE_LINES);
  return {
    get total() {
      return total;
    },
    push: (printk) => {
      ring[total % PIPE_LINES] = printk;
      total++;
    },
    view: (since, whole) => {
      const count = whole ? kept() : Math.min(total - since, PIPE_LINES);
      return { whole, total, lines: lastLines(count).map((line) => formatPrintk(line)) };
    },
    save: () => ({ total, last: lastLines(kept()) }),
    restore: (state) => {
      total = state.total;
      const first = total - state.last.length;
      state.last.forEach((line, i) => {
        ring[(first + i) % PIPE_LINES] = line;
      });
    },
  };
}

// A progress bar on stderr, where that is a terminal.
import { sizeOf } from './output.ts';

/** Wall ms between two drawings. */
const DRAW_MS = 100;
const BAR_WIDTH = 24;

export interface Progress {
  /** `read` bytes of `of` are done; `of` 0 is unknown. */
  update(read: number, of: number): void;
  /** Clears the line. */
  end(): void;
}

/** A bar that shows `label`, the part done, and bytes a second; nothing at all where stderr is no terminal. */
export function createProgress(label: string): Progress {
  if (!process.stderr.isTTY) return { update: () => {}, end: () => {} };
  const startMs = performance.now();
  let drawnMs = -Infinity;
  return {
    update: (read, of) => {
      const nowMs = performance.now();
      if (nowMs - drawnMs < DRAW_MS) return;
      drawnMs = nowMs;
      const rate = sizeOf((read / Math.max(1, nowMs - startMs)) * 1000);
      process.stderr.write(`\r\x1b[K${label}  ${barOf(read, of)}  ${rate}/s`);
    },
    end: () => {
      if (drawnMs !== -Infinity) process.stderr.write('\r\x1b[K');
    },
  };
}

function barOf(read: number, of: number): string {
  if (of === 0) return sizeOf(read);
  const part = Math.min(1, read / of);
  const full = Math.round(part * BAR_WIDTH);
  return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${Math.floor(part * 100)} %`;
}

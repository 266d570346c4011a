// Faults of a session's programs: the first of each (program, pc, code), and how often it came.
import type { Fault } from '../../vm/index.ts';
import type { FaultView } from '../protocol/index.ts';

/** Different faults kept; a program has few places where it can fault. */
const KEPT_FAULTS = 100;

export interface FaultLog {
  take(fault: Fault): void;
  view(): readonly FaultView[];
  save(): readonly FaultView[];
  restore(state: readonly FaultView[]): void;
}

function keyOf({ prog, pc, code }: Fault | FaultView): string {
  return `${prog}\n${pc}\n${code}`;
}

export function createFaultLog(): FaultLog {
  let rows = new Map<string, FaultView>();
  const view = (): readonly FaultView[] => [...rows.values()];
  return {
    take: (fault) => {
      const key = keyOf(fault);
      const known = rows.get(key);
      if (known === undefined && rows.size >= KEPT_FAULTS) return;
      const { prog, pc, code, message } = known ?? fault;
      rows.set(key, { prog, pc, code, message, count: (known?.count ?? 0) + 1 });
    },
    view,
    save: view,
    restore: (state) => {
      rows = new Map(state.map((row) => [keyOf(row), row]));
    },
  };
}

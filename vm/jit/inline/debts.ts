// What generated code holds for a program and must give back: it stands in cells, and JavaScript takes it over before it looks at any of it.
import type { HelperContext } from '../../helpers/context.ts';
import { BUSY, DISCARDED, lengthOf, RECORD_HEADER_BYTES } from '../../maps/ring.ts';
import { isRingbuf, type Ringbuf } from '../../maps/ringbuf.ts';
import type { LinearMemory } from '../../memory/linear.ts';
import { CELLS } from '../cells.ts';

/** The part of an engine that debts are moved to. */
type Debtor = Pick<HelperContext, 'memory' | 'locks' | 'lend' | 'prog'>;

/**
 * Moves records and locks that generated code took for the current program to the engine's own lists: to be called before JavaScript does anything for it.
 * Cheap where there are none.
 */
export function adoptDebts(context: Debtor): void {
  const { view } = context.memory;
  const owed = view.getUint32(CELLS.owed, true);
  const lock = view.getUint32(CELLS.lock, true);
  if (owed === 0 && lock === 0) return;
  view.setUint32(CELLS.owed, 0, true);
  view.setUint32(CELLS.lock, 0, true);
  if (lock !== 0) context.locks.push(lock);
  for (let i = 0; i < owed; i++) adoptRecord(context, view.getUint32(CELLS.owedAt + 4 * i, true));
}

/** References do not outlive their program: the map is one of those that it names. */
function adoptRecord(context: Debtor, at: number): void {
  const { memory, prog } = context;
  const map = prog.usedMaps.find((one): one is Ringbuf => isRingbuf(one) && one.ring.holds(at));
  if (map === undefined) throw new Error(`no ring buffer of ${prog.name} has a record at ${at}`);
  const size = lengthOf(memory.view.getUint32(at - RECORD_HEADER_BYTES, true));
  context.lend(map.debt.regionOf(at, size), map.debt);
}

/** Gives back what is left at the end of a run: only one that a trap has ended leaves anything. */
export function dropDebts({ view }: LinearMemory): void {
  const owed = view.getUint32(CELLS.owed, true);
  const lock = view.getUint32(CELLS.lock, true);
  if (owed === 0 && lock === 0) return;
  for (let i = 0; i < owed; i++) {
    const header = view.getUint32(CELLS.owedAt + 4 * i, true) - RECORD_HEADER_BYTES;
    view.setUint32(header, ((view.getUint32(header, true) & ~BUSY) | DISCARDED) >>> 0, true);
  }
  if (lock !== 0) view.setUint32(lock, 0, true);
  view.setUint32(CELLS.owed, 0, true);
  view.setUint32(CELLS.lock, 0, true);
}

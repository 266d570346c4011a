// What generated code holds for a program and must give back: it stands in cells, and JavaScript takes it over before it looks at any of it.
import type { HelperContext } from '../../helpers/context.ts';
import { BUSY, DISCARDED, lengthOf, RECORD_HEADER_BYTES } from '../../maps/ring.ts';
import { isRingbuf, type Ringbuf } from '../../maps/ringbuf.ts';
import type { LinearMemory } from '../../memory/linear.ts';
import type { Region } from '../../memory/regions.ts';
import { CELLS } from '../cells.ts';

const OWED = CELLS.owed / 4;
const OWED_AT = CELLS.owedAt / 4;
const LOCK = CELLS.lock / 4;

/** The part of an engine that debts are moved to. */
type Debtor = Pick<HelperContext, 'memory' | 'locks' | 'lend' | 'prog'>;

/** Moves the lock that generated code took to the engine's list: before JavaScript does anything for the program. Cheap where there is none. */
export function adoptLock({ memory, locks }: Pick<Debtor, 'memory' | 'locks'>): void {
  const lock = memory.i32[LOCK]!;
  if (lock === 0) return;
  memory.i32[LOCK] = 0;
  locks.push(lock);
}

/** Moves the records that generated code reserved for the current program to the engine's loans: before JavaScript lends, or takes back. */
export function adoptRecords(context: Debtor): void {
  const { i32 } = context.memory;
  const owed = i32[OWED]!;
  if (owed === 0) return;
  i32[OWED] = 0;
  for (let i = 0; i < owed; i++) adoptRecord(context, i32[OWED_AT + i]!);
}

/** References do not outlive their program: the map is one of those that it names. */
function adoptRecord(context: Debtor, at: number): void {
  const { memory, prog } = context;
  const map = prog.usedMaps.find((one): one is Ringbuf => isRingbuf(one) && one.ring.holds(at));
  if (map === undefined) throw new Error(`no ring buffer of ${prog.name} has a record at ${at}`);
  const size = lengthOf(memory.view.getUint32(at - RECORD_HEADER_BYTES, true));
  context.lend(map.debt.regionOf(at, size), map.debt);
}

/** Records that stand in cells, one at a time as a region, so that JavaScript may fill what generated code reserves and submits. */
export class HeldRecord implements Region {
  readonly name = 'a reserved record';
  start = 0;
  end = 0;
  stride = 1;
  readonly skip = 0;
  size = 0;
  readonly read = true;
  readonly write = true;

  /** Becomes the record around an offset: false where there is none. */
  find({ i32, view }: LinearMemory, at: number): boolean {
    for (let i = i32[OWED]! - 1; i >= 0; i--) {
      const start = i32[OWED_AT + i]!;
      const size = lengthOf(view.getUint32(start - RECORD_HEADER_BYTES, true));
      if (at < start || at >= start + size) continue;
      this.start = start;
      this.end = start + size;
      this.stride = size;
      this.size = size;
      return true;
    }
    return false;
  }
}

/** Gives back what is left at the end of a run that was stopped: records are discarded. Cheap where nothing is. */
export function dropDebts({ i32, view }: LinearMemory): void {
  const owed = i32[OWED]!;
  const lock = i32[LOCK]!;
  if (owed === 0 && lock === 0) return;
  for (let i = 0; i < owed; i++) {
    const header = i32[OWED_AT + i]! - RECORD_HEADER_BYTES;
    view.setUint32(header, ((view.getUint32(header, true) & ~BUSY) | DISCARDED) >>> 0, true);
  }
  if (lock !== 0) view.setUint32(lock, 0, true);
  i32[OWED] = 0;
  i32[LOCK] = 0;
}

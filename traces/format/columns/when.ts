// When and where a record was: enterNs, exitNs, line, source, and the flag `halved`.
//
// Times are steps: from the enter of the record before to its own, and from enter to exit. Lines are steps within their source.
import type { Block } from '../../event.ts';
import type { ByteReader } from '../bytes.ts';
import { refineGrain, searchGrain } from '../grain.ts';
import { SpreadReader, SpreadWriter } from '../spread.ts';
import type { SpreadStreams } from '../spread.ts';
import type { PackedStreams, StreamName, StreamSet } from '../streams.ts';

/** ns that stamps may be multiples of, coarsest first. */
const UNITS: readonly number[] = [1e9, 1e6, 1e3, 1];
/** Unit of a block whose times are not whole numbers up to 2^52: they are stored as they are. */
const PLAIN = 0;

/** Blocks without a grain after which none is searched for any more. */
const MAX_SEARCHES = 4;

/** What the writer knows of the clock from the blocks before. */
export class ClockGrain {
  #grain = 0;
  #searches = 0;

  /** The grain of these steps, all positive; 0 none. */
  of(steps: readonly number[]): number {
    if (this.#grain === 0 && this.#searches < MAX_SEARCHES) {
      this.#searches++;
      this.#grain = searchGrain(steps);
    }
    const grain = refineGrain(steps, this.#grain);
    if (grain !== 0) this.#grain = grain;
    return grain;
  }
}

/** Writes enterNs and exitNs. */
export function encodeTimes({ count, enterNs, exitNs }: Block, clock: ClockGrain, to: StreamSet): void {
  const unit = unitOf(count, enterNs, exitNs);
  const steps = new Float64Array(count);
  const durations = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    steps[row] =
      unit === PLAIN ? enterNs[row]! : (enterNs[row]! - (row === 0 ? 0 : enterNs[row - 1]!)) / unit;
    durations[row] = unit === PLAIN ? exitNs[row]! : (exitNs[row]! - enterNs[row]!) / unit;
  }
  const grain =
    unit === PLAIN ? 0 : clock.of([...durations, ...steps.subarray(1)].filter((step) => step > 0));
  const odd = to.to('odd');
  odd.f64(unit);
  odd.f64(grain);
  const enter = new SpreadWriter(
    streamsOf(ENTER, (name) => to.to(name)),
    { grain, isChained: true },
  );
  for (const step of steps) enter.put(step);
  enter.end();
  const duration = new SpreadWriter(
    streamsOf(DURATION, (name) => to.to(name)),
    { grain, isChained: false },
  );
  for (const step of durations) duration.put(step);
  duration.end();
}

/** Reads the times of enters; `exitNs` then reads those of exits. */
export function decodeTimes(
  count: number,
  from: PackedStreams,
): { readonly enterNs: Float64Array; readonly exitNs: () => Float64Array } {
  const odd = from.from('odd');
  const unit = odd.f64();
  const grain = odd.f64();
  const reader = (name: StreamName): ByteReader => (name === 'odd' ? odd : from.from(name));
  const enterNs = new Float64Array(count);
  new SpreadReader(streamsOf(ENTER, reader), { grain, isChained: true }).read(enterNs);
  if (unit !== PLAIN) {
    let last = 0;
    for (let row = 0; row < count; row++) enterNs[row] = last += enterNs[row]! * unit;
  }
  const readExits = (): Float64Array => {
    const exitNs = new Float64Array(count);
    new SpreadReader(streamsOf(DURATION, reader), { grain, isChained: false }).read(exitNs);
    if (unit !== PLAIN) {
      for (let row = 0; row < count; row++) exitNs[row] = enterNs[row]! + exitNs[row]! * unit;
    }
    odd.end('odd times');
    return exitNs;
  };
  return { enterNs, exitNs: readExits };
}

const ENTER = { classes: 'enter', low: 'enterBits', off: 'enterOff', odd: 'odd' } as const;
const DURATION = { classes: 'duration', low: 'durationBits', off: 'durationOff', odd: 'odd' } as const;

function streamsOf<T>(names: SpreadStreams<StreamName>, open: (name: StreamName) => T): SpreadStreams<T> {
  return { classes: open(names.classes), low: open(names.low), off: open(names.off), odd: open(names.odd) };
}

function unitOf(count: number, enterNs: Float64Array, exitNs: Float64Array): number {
  let candidate = 0;
  for (let row = 0; row < count; row++) {
    const enter = enterNs[row]!;
    const exit = exitNs[row]!;
    if (!isStamp(enter) || !(isStamp(exit) || Number.isNaN(exit))) return PLAIN;
    while (enter % UNITS[candidate]! !== 0 || (!Number.isNaN(exit) && exit % UNITS[candidate]! !== 0))
      candidate++;
  }
  return UNITS[candidate]!;
}

/** A whole number whose difference to another one is exact. */
function isStamp(ns: number): boolean {
  return Number.isInteger(ns) && Math.abs(ns) <= 2 ** 52 && !Object.is(ns, -0);
}

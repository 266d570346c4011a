// One sentence of data for each picture: what a screen reader says of it, and what a person reads first.
import { CATEGORIES, CATEGORY_NAMES } from '../../../traces/index.ts';
import type { ProgArrayView, RecordingInfo } from '../../../backend/protocol/index.ts';
import type { Bar } from './bars.ts';
import { formatClock, formatCount, formatNs, formatPlural, formatRate, formatShare } from './format.ts';
import { columnPercentileRow, type Heat, heatExtent, rowFloorNs } from './heat.ts';
import type { FrameView } from './page-state.ts';
import { deepest } from './slots.ts';

/** 'File 61 %, Memory 20 % of 1,234 calls; peak 12.3 k/s in bars of 20 ms.' A peak says little without the time it is over. */
export function describeBars(bars: readonly Bar[], frame: FrameView): string {
  const shares = CATEGORY_NAMES.map((name, code) => ({
    title: CATEGORIES[name].title,
    calls: frame.categories[code] ?? 0,
  }))
    .filter(({ calls }) => calls > 0)
    .sort((a, b) => b.calls - a.calls);
  if (shares.length === 0) return frame.packets === 0 ? 'No calls yet.' : describePackets(bars, frame);
  const total = shares.reduce((sum, { calls }) => sum + calls, 0);
  const peak = Math.max(0, ...bars.map(({ perS }) => perS.reduce((a, b) => a + b, 0)));
  const named = shares.slice(0, 3).map(({ title, calls }) => `${title} ${formatShare(calls / total)}`);
  // Without stamps, all calls fall into one moment: a rate would be made up.
  if (frame.clock.durationNs === 0) return `${named.join(', ')} of ${formatPlural(total, 'call')}.`;
  const [first] = bars;
  const width = first === undefined ? '' : ` in bars of ${formatNs(first.toNs - first.fromNs)}`;
  return `${named.join(', ')} of ${formatPlural(total, 'call')}; peak ${formatRate(peak)}${width}.`;
}

/** '503 packets; peak 12.3 k/s in bars of 20 ms.' */
function describePackets(bars: readonly Bar[], frame: FrameView): string {
  const total = formatPlural(frame.packets, 'packet');
  const [first] = bars;
  if (first === undefined || frame.clock.durationNs === 0) return `${total}.`;
  const peak = Math.max(...bars.map(({ packetsPerS }) => packetsPerS));
  return `${total}; peak ${formatRate(peak)} in bars of ${formatNs(first.toNs - first.fromNs)}.`;
}

/** What a recording is made of, as titles and rates name it. */
type Counts = Pick<RecordingInfo, 'calls' | 'packets'>;

/** Title of the picture of rates. */
export function rateTitle(recording: Counts | undefined): string {
  if (recording === undefined || recording.packets === 0) return 'Calls per second';
  return recording.calls === 0 ? 'Packets per second' : 'Calls and packets per second';
}

/** '1,234 calls', '503 packets', '1,234 calls and 503 packets'. */
export function describeCounts({ calls, packets }: Counts): string {
  if (packets === 0) return formatPlural(calls, 'call');
  return calls === 0
    ? formatPlural(packets, 'packet')
    : `${formatPlural(calls, 'call')} and ${formatPlural(packets, 'packet')}`;
}

/** What of a frame the sentence on latencies needs. */
export type LatencyFacts = Pick<FrameView, 'calls' | 'inFlight' | 'syscalls'>;

/** Where most latencies lie, as bounds of the heat map's rows, and the slowest call, which the totals know exactly. */
export function describeHeat(heat: Heat | undefined, frame: LatencyFacts | undefined): string {
  if (heat === undefined || heatExtent(heat) === undefined)
    return (frame?.calls ?? 0) > (frame?.inFlight ?? 0)
      ? 'No latency is recorded.'
      : 'No call has returned yet.';
  const all: Heat = { ...heat, columns: 1, counts: new Uint32Array(heat.rows) };
  for (let i = 0; i < heat.counts.length; i++) all.counts[i % heat.rows]! += heat.counts[i]!;
  const median = rowFloorNs(heat, columnPercentileRow(all, 0, 0.5) + 1);
  const slowest = Math.max(0, ...(frame?.syscalls ?? []).map(({ maxNs }) => maxNs).filter(Number.isFinite));
  const slow = rowFloorNs(heat, columnPercentileRow(all, 0, 0.99));
  return `Half of all calls took less than ${formatNs(median)}, 1 in 100 more than ${formatNs(slow)}; the slowest ${formatNs(slowest)}.`;
}

/** Jumps, fall-throughs and depth of one prog array. */
export function describeArray(array: ProgArrayView): string {
  const { empty, outOfRange, limit } = array.misses;
  const missed = empty + outOfRange + limit;
  if (array.hits + missed === 0) return `No tail call through ${array.map} yet.`;
  const depth = deepest(array.depth);
  const most = [...array.slots].sort((a, b) => b.hits - a.hits)[0];
  const top =
    most === undefined || most.hits === 0
      ? ''
      : `, ${most.hits === array.hits ? 'all' : `most of them (${formatCount(most.hits)})`} to ${most.prog ?? `slot ${most.index}`}`;
  const deep = depth < 0 ? '' : ` Deepest chain: ${formatPlural(depth, 'jump')}.`;
  return `${formatPlural(array.hits, 'tail call')} jumped${top}; ${formatCount(missed)} fell through.${deep}`;
}

/** What the live region says when the clock changes its state. */
export function describeClock({ clock, calls, packets, errors }: FrameView): string {
  const words = { playing: 'Playing', paused: 'Paused', ended: 'Ended' } as const;
  return `${words[clock.state]} at ${formatClock(clock.atNs, clock.durationNs)}: ${describeCounts({ calls, packets })}, ${formatPlural(errors, 'error')}.`;
}

// What is fixed about an open recording, as the page wants it.
import {
  CATEGORIES,
  categoryOf,
  type BlockSummary,
  type OverviewStrip,
  type Recording,
} from '../../traces/index.ts';
import type { OverviewRow, RecordingInfo } from '../protocol/index.ts';

/** Most rows of the overview: more than a wide screen has pixels for. Neighbours are joined beyond it. */
const OVERVIEW_ROWS = 2000;

/** Header, counts, system calls and overview of `recording`. */
export function viewRecording(recording: Recording, name: string, lookFor: string): RecordingInfo {
  const { header, footer, index, damage } = recording;
  return {
    name,
    title: header.title,
    command: header.command,
    recorder: header.recorder,
    lookFor,
    startNs: String(header.startNs),
    durationNs: recording.durationNs,
    calls: index.reduce((sum, block) => sum + block.calls, 0),
    packets: index.reduce((sum, block) => sum + block.packets, 0),
    bias: header.bias,
    lines: footer.lines,
    badLines: footer.badLines,
    damage: damage === undefined ? '' : damage.message,
    syscalls: recording.syscalls.map(({ arch, nr, name }) => ({
      arch,
      nr,
      name,
      category: CATEGORIES[categoryOf(arch, name)].code,
    })),
    overview: overviewOf(index),
  };
}

/** The strips of the index; beyond what a screen can show, neighbours are joined. */
function overviewOf(index: readonly BlockSummary[]): OverviewRow[] {
  const strips = index.flatMap((block) => block.strips);
  const joined = Math.ceil(strips.length / OVERVIEW_ROWS);
  const rows: OverviewRow[] = [];
  for (let i = 0; i < strips.length; i += joined) rows.push(joinStrips(strips.slice(i, i + joined)));
  return rows;
}

function joinStrips(strips: readonly OverviewStrip[]): OverviewRow {
  return {
    firstNs: Math.min(...strips.map((strip) => strip.firstNs)),
    lastNs: Math.max(...strips.map((strip) => strip.lastNs)),
    calls: strips.reduce((sum, strip) => sum + strip.calls, 0),
    packets: strips.reduce((sum, strip) => sum + strip.packets, 0),
    errors: strips.reduce((sum, strip) => sum + strip.errors, 0),
    maxLatencyNs: Math.max(...strips.map((strip) => strip.maxLatencyNs)),
    categories: Object.values(CATEGORIES).map(({ code }) =>
      strips.reduce((sum, strip) => sum + (strip.categories[code] ?? 0), 0),
    ),
  };
}

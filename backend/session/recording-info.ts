// What is fixed about an open recording, as the page wants it.
import { CATEGORIES, categoryOf, type BlockSummary, type Recording } from '../../traces/index.ts';
import type { OverviewRow, RecordingInfo } from '../protocol/index.ts';

/** Most rows of the overview: more than a wide screen has pixels for. Neighbouring blocks are joined beyond it. */
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

function overviewOf(index: readonly BlockSummary[]): OverviewRow[] {
  const joined = Math.ceil(index.length / OVERVIEW_ROWS);
  const rows: OverviewRow[] = [];
  for (let i = 0; i < index.length; i += joined) rows.push(joinBlocks(index.slice(i, i + joined)));
  return rows;
}

function joinBlocks(blocks: readonly BlockSummary[]): OverviewRow {
  return {
    firstNs: Math.min(...blocks.map((block) => block.firstNs)),
    lastNs: Math.max(...blocks.map((block) => block.lastNs)),
    calls: blocks.reduce((sum, block) => sum + block.calls, 0),
    errors: blocks.reduce((sum, block) => sum + block.errors, 0),
    maxLatencyNs: Math.max(...blocks.map((block) => block.maxLatencyNs)),
    categories: Object.values(CATEGORIES).map(({ code }) =>
      blocks.reduce((sum, block) => sum + (block.categories[code] ?? 0), 0),
    ),
  };
}

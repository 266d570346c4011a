// Records of ring buffers and perf buffers as lines, so that they are kept and shown as the lines of trace_pipe are.
import type { PipeView, RecordsView } from '../../../backend/protocol/index.ts';

const NS_A_SECOND = 1e9;

/** '0.041936 events: {"pid": 28316, …}', a line a record. */
export function recordLines({ whole, total, records }: RecordsView): PipeView {
  const lines = records.map(({ map, atNs, text }) => `${(atNs / NS_A_SECOND).toFixed(6)} ${map}: ${text}`);
  return { whole, total, lines };
}

// Reads the columns of a frame into rows.
import {
  type Frame,
  readF64,
  readU32,
  SYSCALL_FIGURES,
  type SyscallFigure,
} from '../../../backend/protocol/index.ts';
import type { ErrnoRow, FrameView, SyscallRow } from './page-state.ts';

/** The frame as rows and typed arrays. Throws RangeError when a column is cut. */
export function viewFrame(frame: Frame): FrameView {
  const { timeline, programs, heat: _heat, pipe: _pipe, records: _records, ...plain } = frame;
  return {
    ...plain,
    programs,
    insns: programs.progs.reduce((sum, prog) => sum + prog.insnsRun, 0),
    syscalls: syscallRows(frame),
    errnos: errnoRows(frame),
    timeline: {
      bucketNs: timeline.bucketNs,
      buckets: timeline.buckets,
      calls: readU32(timeline.calls),
      errors: readU32(timeline.errors),
      packets: readU32(timeline.packets),
    },
  };
}

function syscallRows({ syscalls }: Frame): readonly SyscallRow[] {
  const names = readU32(syscalls.sys);
  const figures = readF64(syscalls.figures);
  const figure = (name: SyscallFigure, row: number): number =>
    figures[SYSCALL_FIGURES.indexOf(name) * names.length + row]!;
  return Array.from(names, (sys, row) => ({
    sys,
    calls: figure('calls', row),
    errors: figure('errors', row),
    totalNs: figure('totalNs', row),
    maxNs: figure('maxNs', row),
    p50Ns: figure('p50Ns', row),
    p95Ns: figure('p95Ns', row),
    p99Ns: figure('p99Ns', row),
  }));
}

function errnoRows({ errnos }: Frame): readonly ErrnoRow[] {
  const errno = readU32(errnos.errno);
  const count = readF64(errnos.count);
  return Array.from(readU32(errnos.sys), (sys, i) => ({ sys, errno: errno[i]!, count: count[i]! }));
}

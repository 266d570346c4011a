// Frames and recordings to test the page with.
import {
  f64Column,
  type Frame,
  type HeatView,
  type PipeView,
  type RecordingInfo,
  type SessionInfo,
  u32Column,
} from '../../backend/protocol/index.ts';

/** A frame of a session that has done nothing yet, with what `part` says. */
export function makeFrame(part: Partial<Frame> = {}): Frame {
  return {
    seq: 1,
    epoch: 1,
    clock: { state: 'playing', atNs: 0, durationNs: 1e9, speed: 1 },
    calls: 0,
    packets: 0,
    errors: 0,
    restarts: 0,
    inFlight: 0,
    threads: 0,
    points: 0,
    pointsPerS: 0,
    lagNs: 0,
    merged: 0,
    categories: [0, 0, 0, 0, 0, 0, 0, 0],
    syscalls: { sys: u32Column([]), figures: f64Column([]) },
    errnos: { sys: u32Column([]), errno: u32Column([]), count: f64Column([]) },
    timeline: {
      bucketNs: 1e9,
      buckets: 1,
      calls: u32Column(new Uint32Array(8)),
      errors: u32Column([0]),
      packets: u32Column([0]),
    },
    heat: makeHeat([0, 0, 0, 0]),
    programs: {
      object: 'tracex5',
      progs: [],
      maps: [],
      progArrays: [],
      faults: [],
      unknownReads: 0,
      unknown: [],
      leftOut: [],
      kernel: 'linux-6.12',
    },
    pipe: makePipe(0, []),
    records: { whole: true, total: 0, records: [] },
    ...part,
  };
}

/** Four columns of one row each; a part from `firstColumn` when that is given. */
export function makeHeat(counts: readonly number[], firstColumn?: number): HeatView {
  return {
    whole: firstColumn === undefined,
    bucketNs: 250e6,
    columns: 4,
    rows: 1,
    minLog2: 10,
    perOctave: 4,
    firstColumn: firstColumn ?? 0,
    counts: u32Column(counts),
  };
}

export function makePipe(total: number, lines: readonly string[], whole = true): PipeView {
  return { whole, total, lines };
}

export function makeInfo(epoch: number, recording: Partial<RecordingInfo> = {}): SessionInfo {
  return {
    session: 'main',
    epoch,
    program: 'tracex5',
    recording: {
      name: 'dd',
      title: 'dd copies 2,560 bytes',
      command: 'dd bs=512 count=5',
      recorder: 'strace',
      lookFor: '',
      startNs: '0',
      durationNs: 1e9,
      calls: 10,
      packets: 0,
      bias: 27,
      lines: 10,
      badLines: 0,
      damage: '',
      syscalls: [],
      overview: [],
      ...recording,
    },
  };
}

// A recording driven through programs: cursor, totals, machine, trace_pipe and faults as one state that can be run on, saved
// and put back. No clock here: `run` does what is due up to a recorded time.
import {
  createCursor,
  createTotals,
  MACHINE_SYSCALLS,
  type Cursor,
  type ProcessesState,
  type Recording,
  type Totals,
} from '../../traces/index.ts';
import {
  createMachine,
  DEFAULT_KERNEL,
  type Attachment,
  type LoadedObject,
  type Machine,
  type Printk,
  type Prog,
} from '../../vm/index.ts';
import { occurrencesOf, silencesOf, type Silence } from '../library/hook-report.ts';
import type { OpenedProgram } from '../library/programs.ts';
import { createFaultLog, type FaultLog } from './faults.ts';
import { loadPrograms, type LeftOut } from './load-programs.ts';
import { createOutlets, type Outlets } from './outlets.ts';
import { createPipe, type Pipe } from './pipe.ts';
import { createPoints } from './points.ts';
import { createRecordLog, type RecordLog } from './record-log.ts';
import type { ProgramRecord } from './records.ts';

/** CPUs of the machine. strace does not say on which CPU a call ran, so there is one and per-CPU maps have one value. */
const CPUS = 1;

/** Insns of one run: what the kernel's verifier lets a program of the largest size walk. */
const LIMIT_INSNS = 1_000_000;

export interface Replay {
  readonly recording: Recording;
  readonly cursor: Cursor;
  readonly totals: Totals;
  readonly machine: Machine;
  readonly object: LoadedObject;
  /** Name of the kernel that it is loaded against. */
  readonly kernel: string;
  /** What became of attaching its programs. */
  readonly attachments: readonly Attachment[];
  /** Programs that the kernel lacks something for; they are not loaded. */
  readonly leftOut: readonly LeftOut[];
  /** Programs that this recording will never bring to run, as far as that can be told before the replay. */
  readonly silent: ReadonlyMap<Prog, Silence>;
  readonly pipe: Pipe;
  readonly faults: FaultLog;
  readonly outlets: Outlets;
  /** The last records that programs handed over. */
  readonly records: RecordLog;
  /**
   * Takes all points up to `limitNs`, or as many as `maxPoints`, or until `isLate` says so; says whether all that is due was
   * taken.
   */
  run(limitNs: number, maxPoints: number, isLate: () => boolean): boolean;
  save(): ReplayState;
  restore(state: ReplayState): void;
}

/** What is replayed through; `profile`: count how often each insn runs, default false. */
export type ReplayProgram = Pick<OpenedProgram, 'spec'> &
  Partial<OpenedProgram> & { readonly profile?: boolean };

/** Told of each line of trace_pipe, and of each record of a ring buffer or perf buffer, as they come. */
export interface ReplayListener {
  readonly onPrintk?: (printk: Printk) => void;
  readonly onRecord?: (record: ProgramRecord) => void;
}

/** Everything `run` changes, at one moment. */
export interface ReplayState {
  readonly points: number;
  readonly atNs: number;
  readonly byteSize: number;
  readonly cursor: ReturnType<Cursor['save']>;
  readonly totals: ReturnType<Totals['save']>;
  readonly processes: ProcessesState;
  readonly machine: ReturnType<Machine['snapshot']>;
  readonly pipe: ReturnType<Pipe['save']>;
  readonly faults: ReturnType<FaultLog['save']>;
  readonly outlets: ReturnType<Outlets['save']>;
  readonly records: ReturnType<RecordLog['save']>;
}

/** Bytes a saved state takes beside the machine's memory: totals, mostly their histograms and the heat map. */
const STATE_BYTES = 256 * 1024;

/**
 * A replay at its first point, the program loaded and attached. The listener is told what programs print and hand over.
 * Throws UserError 'bad-program' when the machine refuses the object.
 */
export function createReplay(
  recording: Recording,
  { spec, kernel, named, engine, profile = false }: ReplayProgram,
  { onPrintk, onRecord }: ReplayListener = {},
): Replay {
  const cursor = createCursor(recording);
  const totals = createTotals(recording);
  const pipe = createPipe();
  const faults = createFaultLog();
  const machine = createMachine({
    cpus: CPUS,
    limitInsns: LIMIT_INSNS,
    syscalls: MACHINE_SYSCALLS,
    ...(kernel === undefined ? {} : { kernel }),
    ...(engine === undefined ? {} : { engine }),
    profile,
    onPrintk: (printk) => {
      pipe.push(printk);
      onPrintk?.(printk);
    },
    onFault: (fault) => faults.take(fault),
  });
  const { object, attachments, leftOut } = loadPrograms(machine, spec, named);
  const records = createRecordLog(object);
  let drainedNs = 0;
  const outlets = createOutlets(object, (map, record) => {
    if (record.kind !== 'sample') return;
    const told = { map: map.spec.name, cpu: record.cpu, atNs: drainedNs, bytes: record.data };
    records.push(told);
    onRecord?.(told);
  });
  const onRecords = (atNs: number): void => {
    drainedNs = atNs;
    outlets.drain();
  };
  const points = createPoints({ recording, cursor, machine, onRecords });
  return {
    recording,
    cursor,
    totals,
    machine,
    object,
    kernel: (kernel ?? DEFAULT_KERNEL).name,
    attachments,
    leftOut,
    silent: silencesOf(attachments, occurrencesOf(recording)),
    pipe,
    faults,
    outlets,
    records,
    run: (limitNs, maxPoints, isLate) => {
      const last = cursor.points + maxPoints;
      for (;;) {
        const pause = Math.min(cursor.points + points.stride, last);
        let isMore = true;
        while (cursor.points < pause && (isMore = cursor.advance(limitNs))) {
          totals.take(cursor);
          points.take();
        }
        points.flush();
        if (!isMore) return true;
        if (pause === last || isLate()) return cursor.nextNs() > limitNs;
      }
    },
    save: () => {
      const snapshot = machine.snapshot();
      const followed = points.save();
      const kept = records.save();
      return {
        points: cursor.points,
        atNs: cursor.atNs,
        byteSize: snapshot.byteSize + followed.byteSize + kept.byteSize + STATE_BYTES,
        cursor: cursor.save(),
        totals: totals.save(),
        processes: followed,
        machine: snapshot,
        pipe: pipe.save(),
        faults: faults.save(),
        outlets: outlets.save(),
        records: kept,
      };
    },
    restore: (state) => {
      cursor.restore(state.cursor);
      totals.restore(state.totals);
      machine.restore(state.machine);
      points.restore(state.processes);
      pipe.restore(state.pipe);
      faults.restore(state.faults);
      outlets.restore(state.outlets);
      records.restore(state.records);
    },
  };
}

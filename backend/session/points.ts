// How points of a recording come to the programs of a replay: one by one, or gathered into batches where the programs allow it. What programs do, and when it is
// told, is the same.
import {
  batchFor,
  createPointFeed,
  createProcesses,
  emptyPacket,
  fillPacket,
  fillPoint,
  type Cursor,
  type ProcessesState,
  type Recording,
} from '../../traces/index.ts';
import { emptyPoint, type EventBatch, type Machine } from '../../vm/index.ts';

/** Points that are taken between two looks at the clock. */
const POINTS_A_LOOK = { least: 64, most: 2048 } as const;

/** Insns that programs may run meanwhile, about: some 2 ms of compiled code. */
const INSNS_A_LOOK = 1_000_000;

/** Hands points to a machine. Between `flush` and the next `take` the machine and what is known of tasks are those of the cursor's place. */
export interface Points {
  /** How many points to take before the next `flush`, so that nobody waits long for it: about 0.1 ms of work, at most a few. */
  readonly stride: number;
  /** Takes the point that the cursor stands at. */
  take(): void;
  /** Runs what was taken and has not run. */
  flush(): void;
  /** What is known of tasks. */
  save(): ProcessesState;
  restore(state: ProcessesState): void;
}

/** What points are made of, and who is told of what they do. */
export interface PointsWorld {
  readonly recording: Recording;
  readonly cursor: Cursor;
  /** Its programs are attached, and stay so. */
  readonly machine: Machine;
  /** Programs may have written records at a point of this time: it has run, and those after it have not. */
  readonly onRecords: (atNs: number) => void;
}

/** In batches, where that is the same. */
export function createPoints(world: PointsWorld): Points {
  const batch = batchFor(world.recording, world.machine);
  return batch === undefined ? createSingles(world) : createBatches(world, batch);
}

function createBatches({ recording, cursor, machine, onRecords }: PointsWorld, batch: EventBatch): Points {
  const feed = createPointFeed(recording, batch, onRecords);
  let stride: number = POINTS_A_LOOK.least;
  let insnsBefore = machine.insnsRun;
  /** Twice as many next time, or half, by what programs have run. */
  const pace = (): void => {
    const insns = machine.insnsRun - insnsBefore;
    insnsBefore += insns;
    if (insns > INSNS_A_LOOK) stride = Math.max(POINTS_A_LOOK.least, stride / 2);
    else if (insns < INSNS_A_LOOK / 2) stride = Math.min(POINTS_A_LOOK.most, stride * 2);
  };
  return {
    get stride() {
      return stride;
    },
    take: () => feed.take(cursor),
    flush: () => {
      feed.flush();
      if (cursor.row >= 0) machine.advance(cursor.atNs);
      pace();
    },
    save: () => feed.save(),
    restore: (state) => {
      feed.restore(state);
      insnsBefore = machine.insnsRun;
    },
  };
}

function createSingles({ recording, cursor, machine, onRecords }: PointsWorld): Points {
  const processes = createProcesses(recording);
  const listens = {
    enter: machine.listens('enter'),
    exit: machine.listens('exit'),
    packet: machine.listens('packet'),
    mark: false,
  };
  const point = emptyPoint();
  const packet = emptyPacket();
  return {
    stride: POINTS_A_LOOK.least,
    take: () => {
      for (const event of processes.before(cursor)) machine.event(event);
      if (!listens[cursor.phase]) {
        machine.advance(cursor.atNs);
      } else if (cursor.phase === 'packet') {
        fillPacket(cursor, recording, packet);
        machine.packet(packet);
      } else {
        fillPoint(cursor, recording, point, processes.current());
        if (cursor.phase === 'enter') machine.enter(point);
        else machine.exit(point);
      }
      processes.take(cursor);
      onRecords(cursor.atNs);
    },
    flush: () => {},
    save: () => processes.save(),
    restore: (state) => processes.restore(state),
  };
}

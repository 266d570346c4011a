// Programs, maps and prog arrays of a replay as frames show them.
import type { BpfMap, LoadedObject, Machine, Prog, ProgArrayStats, UnknownRead } from '../../vm/index.ts';
import type { MapView, ProgArrayView, ProgramsView, ProgView, SlotView } from '../protocol/index.ts';
import { occurrencesAtEnd, silencesOf, type Silence } from '../library/hook-report.ts';
import { countEntries } from './map-page.ts';
import type { Outlets } from './outlets.ts';
import type { Replay } from './replay.ts';

/** The kernel's name of the map type that tail calls go through. */
const PROG_ARRAY = 'prog_array';

/** Things that were not recorded, which are told by name at most. */
const UNKNOWN_ROWS = 12;

/** What programs asked for and the recording does not hold: the most frequent by name, and how many reads were of others. */
export function unknownRows(machine: Pick<Machine, 'unknown' | 'unknownReads'>): {
  readonly rows: readonly UnknownRead[];
  readonly others: number;
} {
  if (machine.unknownReads === 0) return { rows: [], others: 0 };
  const rows = machine.unknown().slice(0, UNKNOWN_ROWS);
  return { rows, others: machine.unknownReads - rows.reduce((sum, { count }) => sum + count, 0) };
}

export function viewPrograms(
  replay: Pick<
    Replay,
    | 'object'
    | 'machine'
    | 'faults'
    | 'outlets'
    | 'silent'
    | 'leftOut'
    | 'kernel'
    | 'recording'
    | 'totals'
    | 'cursor'
    | 'attachments'
  >,
): ProgramsView {
  const { object, machine, faults, outlets, leftOut, kernel } = replay;
  return {
    object: object.spec.name,
    progs: viewProgs(object, machine, silencesNow(replay)),
    maps: object.maps.map((map) => viewMap(object, map, outlets)),
    progArrays: viewProgArrays(object),
    faults: faults.view(),
    unknownReads: machine.unknownReads,
    unknown: unknownRows(machine).rows,
    leftOut,
    kernel,
  };
}

type Silences = ReadonlyMap<Prog, Silence>;

/** Before the end of the recording what could be told at its start, without programs that did run; at its end the whole of it. */
function silencesNow({
  silent,
  recording,
  totals,
  cursor,
  attachments,
}: Pick<Replay, 'silent' | 'recording' | 'totals' | 'cursor' | 'attachments'>): Silences {
  if (cursor.nextNs() !== Infinity) return silent;
  return silencesOf(attachments, occurrencesAtEnd(recording, totals));
}

function viewProgs(object: LoadedObject, machine: Machine, silences: Silences): ProgView[] {
  const silenceNow = (prog: Prog): Silence | undefined => (prog.runs > 0 ? undefined : silences.get(prog));
  return object.progs.map((prog) => {
    const silence = silenceNow(prog);
    const { engine, why } = machine.engineOf(prog);
    return {
      name: prog.spec.name,
      section: prog.spec.section,
      attached: [...prog.attached],
      ...(silence === undefined ? {} : { silence }),
      engine,
      ...(why === undefined ? {} : { whyEngine: why }),
      insns: prog.spec.insns.length / 8,
      runs: prog.runs,
      insnsRun: prog.insnsRun,
      faults: prog.faults,
    };
  });
}

function viewMap(object: LoadedObject, map: BpfMap, outlets: Outlets): MapView {
  const { name, type, keySize, valueSize, maxEntries } = map.spec;
  // every index of a prog array is an entry to the kernel; to a person it is the slots that are filled
  const filled =
    type === PROG_ARRAY ? object.progArray(map).slots.filter(isFilled).length : countEntries(map);
  return { name, type, keySize, valueSize, maxEntries, entries: filled, ...recordsOf(map, outlets) };
}

/** The `records` of a map that user space reads records from. */
export function recordsOf(map: BpfMap, outlets: Outlets): Pick<MapView, 'records'> {
  const read = outlets.read(map);
  return read === undefined ? {} : { records: { read, dropped: map.dropped } };
}

/** The prog arrays of an object and what tail calls did with them. */
function viewProgArrays(object: LoadedObject): ProgArrayView[] {
  return object.maps
    .filter((map) => map.spec.type === PROG_ARRAY)
    .map((map) => {
      const { hits, misses, slots, depth } = object.progArray(map);
      const { name, maxEntries } = map.spec;
      return {
        map: name,
        maxEntries,
        slots: slots.map((slot) => viewSlot(slot)),
        hits,
        misses: { ...misses },
        depth: [...depth],
      };
    });
}

function isFilled({ prog }: ProgArrayStats['slots'][number]): boolean {
  return prog !== undefined;
}

function viewSlot({ index, prog, hits, empty }: ProgArrayStats['slots'][number]): SlotView {
  return { index, ...(prog === undefined ? {} : { prog }), hits, empty };
}

// What a machine is told of a point of a recording.
import type { SyscallPoint, TaskFacts, UserMemory } from '../../vm/index.ts';
import { ARCHS } from '../event.ts';
import type { Recording } from '../recording.ts';
import type { Place } from './place.ts';
import { memoryAt } from './user-memory.ts';

const ARG_BYTES = 48;

/** The arguments that were asked for last, and the same as bytes: a view takes longer to make than 48 bytes to copy. */
let lastArgs: BigUint64Array = new BigUint64Array(0);
let lastBytes: Uint8Array = new Uint8Array(0);

/** What cursors hand to their points: one function for each, so that a point costs none. */
const readers = new WeakMap<Place, () => readonly UserMemory[]>();

/**
 * Fills a point (reused from call to call; `point.args` has 48 bytes) with the call that the place stands at. At enter it has the memory
 * that the program had written, at exit also what the kernel wrote; memory is put together when it is asked for, which must be before the place
 * goes on. For a mark, which is no call, nr is -1. `facts` are what is known of the task: where they are given, they say its ids and name, which at the
 * exit of an exec are not those of its enter.
 */
export function fillPoint(place: Place, recording: Recording, point: SyscallPoint, facts?: TaskFacts): void {
  const { block, row } = place;
  const syscall = recording.syscalls[block.sys[row]!];
  const cpu = block.cpu[row]!;
  point.nr = syscall?.nr ?? -1;
  point.audit = ARCHS[syscall?.arch ?? 'x86_64'].audit;
  copyArgs(block.args, row, point.args);
  point.ret = place.phase === 'exit' ? block.ret[row]! : 0n;
  point.tid = facts?.tid ?? block.tid[row]!;
  point.tgid = facts?.tgid ?? block.tgid[row]!;
  point.comm = facts?.comm ?? recording.strings.bytes(block.comm[row]!);
  point.facts = facts;
  point.cpu = Math.max(cpu, 0);
  point.atNs = place.atNs;
  point.memory = readerOf(place, recording);
}

function copyArgs(args: BigUint64Array, row: number, to: Uint8Array): void {
  if (args !== lastArgs) {
    lastArgs = args;
    lastBytes = new Uint8Array(args.buffer, args.byteOffset, args.byteLength);
  }
  const from = row * ARG_BYTES;
  for (let i = 0; i < ARG_BYTES; i++) to[i] = lastBytes[from + i]!;
}

/** The place that was asked for last, and its function. */
let lastPlace: Place | undefined;
let lastReader: () => readonly UserMemory[] = () => [];

function readerOf(place: Place, recording: Recording): () => readonly UserMemory[] {
  if (place === lastPlace) return lastReader;
  let reader = readers.get(place);
  if (reader === undefined) {
    reader = createReader(place, recording);
    readers.set(place, reader);
  }
  lastPlace = place;
  lastReader = reader;
  return reader;
}

/** Reads the memory of the point that the place stands at; of the point that was read last it is kept. */
function createReader(place: Place, recording: Recording): () => readonly UserMemory[] {
  let block: Place['block'] | undefined;
  let row = -1;
  let phase: Place['phase'] = 'mark';
  let memory: readonly UserMemory[] = [];
  return () => {
    if (place.block !== block || place.row !== row || place.phase !== phase) {
      ({ block, row, phase } = place);
      memory = memoryAt(block, row, phase === 'exit', recording);
    }
    return memory;
  };
}

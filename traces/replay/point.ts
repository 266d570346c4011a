// What a machine is told of a point of a recording.
import type { SyscallPoint, UserMemory } from '../../vm/index.ts';
import { ARCHS, MEMORY_FLAGS } from '../event.ts';
import type { Block } from '../event.ts';
import type { Recording } from '../recording.ts';
import type { Cursor } from './cursor.ts';

const ARG_BYTES = 48;
const NO_MEMORY: readonly UserMemory[] = [];

/** The arguments that were asked for last, and the same as bytes: a view takes longer to make than 48 bytes to copy. */
let lastArgs: BigUint64Array = new BigUint64Array(0);
let lastBytes: Uint8Array = new Uint8Array(0);

/**
 * Fills a point (reused from call to call; `point.args` has 48 bytes) with the call that the cursor stands at. At enter it has the memory
 * that the program had written, at exit also what the kernel wrote. For a mark, which is no call, nr is -1.
 */
export function fillPoint(cursor: Cursor, recording: Recording, point: SyscallPoint): void {
  const { block, row } = cursor;
  const syscall = recording.syscalls[block.sys[row]!];
  const cpu = block.cpu[row]!;
  const isExit = cursor.phase === 'exit';
  point.nr = syscall?.nr ?? -1;
  point.audit = ARCHS[syscall?.arch ?? 'x86_64'].audit;
  copyArgs(block.args, row, point.args);
  point.ret = isExit ? block.ret[row]! : 0n;
  point.tid = block.tid[row]!;
  point.tgid = block.tgid[row]!;
  point.comm = recording.strings.bytes(block.comm[row]!);
  point.cpu = Math.max(cpu, 0);
  point.atNs = cursor.atNs;
  point.memory = memoryOf(block, row, isExit, recording);
}

function copyArgs(args: BigUint64Array, row: number, to: Uint8Array): void {
  if (args !== lastArgs) {
    lastArgs = args;
    lastBytes = new Uint8Array(args.buffer, args.byteOffset, args.byteLength);
  }
  const from = row * ARG_BYTES;
  for (let i = 0; i < ARG_BYTES; i++) to[i] = lastBytes[from + i]!;
}

function memoryOf(block: Block, row: number, isExit: boolean, recording: Recording): readonly UserMemory[] {
  const start = block.memStart[row]!;
  const end = block.memStart[row + 1]!;
  if (start === end) return NO_MEMORY;
  const memory: UserMemory[] = [];
  for (let span = start; span < end; span++) {
    const flags = block.memFlags[span]!;
    if (!isExit && (flags & MEMORY_FLAGS.out) !== 0) continue;
    memory.push({
      address: block.memAddress[span]!,
      bytes: recording.strings.bytes(block.memBytes[span]!),
      trueLength: block.memTrueLength[span]!,
      cString: (flags & MEMORY_FLAGS.cString) !== 0,
    });
  }
  return memory;
}

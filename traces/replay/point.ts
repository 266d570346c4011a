// What a machine is told of a point of a recording.
import type { SyscallPoint, UserMemory } from '../../vm/index.ts';
import { ARCHS, MEMORY_FLAGS } from '../event.ts';
import type { Block } from '../event.ts';
import type { Recording } from '../recording.ts';
import type { Cursor } from './cursor.ts';

const ARG_BYTES = 48;
const NO_MEMORY: readonly UserMemory[] = [];

/** The arguments of the block that was asked for last, as bytes. */
const argBytes = new WeakMap<BigUint64Array, Uint8Array>();

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
  point.args.set(bytesOf(block.args).subarray(row * ARG_BYTES, (row + 1) * ARG_BYTES));
  point.ret = isExit ? block.ret[row]! : 0n;
  point.tid = block.tid[row]!;
  point.tgid = block.tgid[row]!;
  point.comm = recording.strings.bytes(block.comm[row]!);
  point.cpu = Math.max(cpu, 0);
  point.atNs = cursor.atNs;
  point.memory = memoryOf(block, row, isExit, recording);
}

function bytesOf(args: BigUint64Array): Uint8Array {
  let bytes = argBytes.get(args);
  if (bytes === undefined)
    argBytes.set(args, (bytes = new Uint8Array(args.buffer, args.byteOffset, args.byteLength)));
  return bytes;
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

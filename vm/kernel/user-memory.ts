// User memory of the current event: the bytes that were recorded behind the call's pointers.
import type { UserMemory } from './point.ts';

/** The byte at a user address, -1 where the recording does not know it. */
export function userByte(memory: readonly UserMemory[], address: bigint): number {
  for (const span of memory) {
    const inside = address - span.address;
    if (inside < 0n || inside > span.bytes.length) continue;
    const byte = span.bytes[Number(inside)];
    if (byte !== undefined) return byte;
    if (span.cString) return 0;
  }
  return -1;
}

/** Copies `size` bytes from a user address; false when one of them is not known. Bytes may come from several spans. */
export function userBytes(
  memory: readonly UserMemory[],
  address: bigint,
  size: number,
  into: Uint8Array,
  at: number,
): boolean {
  for (let i = 0; i < size;) {
    const here = address + BigInt(i);
    const span = memory.find((s) => here >= s.address && here < s.address + BigInt(s.bytes.length));
    if (span === undefined) {
      const byte = userByte(memory, here);
      if (byte < 0) return false;
      into[at + i] = byte;
      i += 1;
      continue;
    }
    const from = Number(here - span.address);
    const length = Math.min(size - i, span.bytes.length - from);
    into.set(span.bytes.subarray(from, from + length), at + i);
    i += length;
  }
  return true;
}

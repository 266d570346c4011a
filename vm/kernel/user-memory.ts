// User memory of the current event: the bytes that were recorded behind the call's pointers.
import type { UserMemory } from './point.ts';

/** The byte at a user address, -1 where the recording does not know it. */
function userByte(memory: readonly UserMemory[], address: bigint): number {
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

/**
 * Copies the C string at a user address, at most `size` bytes of it (1 or more), the last of which becomes the NUL whatever stands in memory, so that it need
 * not be known. Result: its length with NUL, -1 when one of its bytes is not known.
 */
export function userString(
  memory: readonly UserMemory[],
  address: bigint,
  size: number,
  into: Uint8Array,
  at: number,
): number {
  const last = size - 1;
  for (let i = 0; i < last;) {
    const here = address + BigInt(i);
    const span = memory.find((s) => here >= s.address && here < s.address + BigInt(s.bytes.length));
    if (span === undefined) {
      if (userByte(memory, here) < 0) return -1;
      into[at + i] = 0; // what is known beyond the bytes is where a string ends
      return i + 1;
    }
    const { bytes } = span;
    const skip = Number(here - span.address) - i;
    for (const end = Math.min(last, bytes.length - skip); i < end; i++) {
      const byte = bytes[skip + i]!;
      into[at + i] = byte;
      if (byte === 0) return i + 1;
    }
  }
  into[at + last] = 0;
  return size;
}

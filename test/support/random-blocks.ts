// Blocks that no recorder would write: every column takes any value of its type. For what must hold of all blocks.
import { syntheticAddress } from '../../traces/index.ts';
import type { Block, SyscallRef } from '../../traces/index.ts';
import type { Random, StringPool } from './blocks.ts';

export const SYSCALL_REFS: readonly SyscallRef[] = [
  { arch: 'x86_64', nr: 0, name: 'read' },
  { arch: 'x86_64', nr: 257, name: 'openat' },
  { arch: 'i386', nr: 45, name: 'brk' },
  { arch: 'arm64', nr: 98, name: 'futex' },
  { arch: 'x86_64', nr: -1, name: 'syscall_0x270f' },
];

/** A few values that are likelier than chance: edges of the types and of the encodings. */
const EDGES = [
  0n,
  1n,
  15n,
  16n,
  127n,
  128n,
  0xffff_ffffn,
  0x1_0000_0000n,
  (1n << 53n) + 1n,
  (1n << 63n) - 1n,
  1n << 63n,
  (1n << 64n) - 1n,
];
const TIMES = [0, 1, 15, 16, 127, 128, 4095, 1e6, 2 ** 32, 2 ** 33 - 1, 2 ** 33, 2 ** 52];

/** Any 64 bits; an edge half of the time. */
function anyU64(random: Random): bigint {
  if (random(2) === 0) return EDGES[random(EDGES.length)]!;
  return (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32));
}

function anyTime(random: Random): number {
  return random(4) === 0 ? TIMES[random(TIMES.length)]! : random(1e9);
}

/** A block of `count` random records; new strings go to `strings`. */
export function randomBlock(random: Random, strings: StringPool, count: number): Block {
  const anyId = (): number => {
    if (random(3) > 0) return random(strings.size);
    return strings.add(Uint8Array.from(column(random(40), () => random(256))));
  };
  const memStart = new Uint32Array(count + 1);
  for (let row = 0; row < count; row++)
    memStart[row + 1] = memStart[row]! + (random(3) === 0 ? random(5) : 0);
  const spans = memStart[count]!;
  const anyAddress = (): bigint =>
    random(2) === 0 ? syntheticAddress(random(strings.size)) : anyU64(random);
  return {
    count,
    kind: Uint8Array.from(column(count, () => (random(4) === 0 ? random(256) : 0))),
    flags: Uint16Array.from(column(count, () => random(2) * random(0x10000))),
    line: Uint32Array.from(column(count, () => random(2 ** 32))),
    source: Uint16Array.from(column(count, () => (random(3) === 0 ? random(0x10000) : 3))),
    enterNs: Float64Array.from(column(count, () => anyTime(random))),
    exitNs: Float64Array.from(column(count, () => (random(5) === 0 ? Number.NaN : anyTime(random)))),
    tid: Int32Array.from(column(count, () => random(300) * random(2) - random(2) * 2 ** 30)),
    tgid: Int32Array.from(column(count, () => random(2 ** 32) - 2 ** 31)),
    cpu: Int16Array.from(column(count, () => random(65) - 1)),
    comm: Uint32Array.from(column(count, anyId)),
    sys: Uint16Array.from(column(count, () => (random(4) === 0 ? 0xffff : random(SYSCALL_REFS.length)))),
    args: BigUint64Array.from(
      column(count * 6, () => (random(3) === 0 ? anyAddress() : random(2) === 0 ? 0n : anyU64(random))),
    ),
    argKinds: Uint8Array.from(column(count * 6, () => random(6))),
    argText: Uint32Array.from(column(count * 6, () => (random(2) === 0 ? 0 : anyId()))),
    ret: BigInt64Array.from(column(count, () => BigInt.asIntN(64, anyU64(random)))),
    errno: Uint16Array.from(column(count, () => random(2) * random(0x10000))),
    retText: Uint32Array.from(column(count, () => (random(3) === 0 ? anyId() : 0))),
    memStart,
    memArg: Uint8Array.from(column(spans, () => random(6))),
    memFlags: Uint8Array.from(column(spans, () => random(256))),
    memAddress: BigUint64Array.from(column(spans, anyAddress)),
    memBytes: Uint32Array.from(column(spans, anyId)),
    memTrueLength: Float64Array.from(column(spans, () => (random(4) === 0 ? Number.NaN : random(1e6)))),
  };
}

function column<T>(length: number, make: () => T): T[] {
  return Array.from({ length }, make);
}

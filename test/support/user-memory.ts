// What user memory really was at each call of user-memory.c, beside what a log of strace gives back of it.
import type { Recording } from '../../traces/index.ts';
import { memoryAt } from '../../traces/replay/user-memory.ts';
import type { UserMemory } from '../../vm/index.ts';
import { importText } from './strace.ts';

/** A place in memory that the program looked at: where it is, and its bytes. */
export interface Region {
  /** Index of the argument that leads to it, or -1. */
  readonly arg: number;
  /** Index of the region that a pointer to it stands in, and the pointer's offset. */
  readonly parent: number;
  readonly off: number;
  readonly bytes: Uint8Array;
}

export interface MemoryCase {
  readonly name: string;
  readonly enter: readonly Region[];
  readonly exit: readonly Region[];
}

/** Reads what the program wrote. */
export function readMemoryCases(text: string): readonly MemoryCase[] {
  const cases: { name: string; enter: Region[]; exit: Region[] }[] = [];
  for (const line of text.trim().split('\n')) {
    const [word, index, where = '', place = '', hex = ''] = line.split(' ');
    if (word === 'case') cases.push({ name: where, enter: [], exit: [] });
    else {
      const [parent, off] = where === 'at' ? place.split('+').map(Number) : [];
      const regions = cases.at(-1)![word === 'enter' ? 'enter' : 'exit'];
      if (regions.length !== Number(index)) throw new Error(`regions out of order: ${line}`);
      const arg = where === 'arg' ? Number(place) : -1;
      regions.push({ arg, parent: parent ?? -1, off: off ?? 0, bytes: Buffer.from(hex, 'hex') });
    }
  }
  return cases;
}

/** What is known of one region: a mask, and the bytes that differ. */
export interface Comparison {
  readonly name: string;
  readonly phase: 'enter' | 'exit';
  readonly region: number;
  readonly size: number;
  /** Ranges of known bytes, `0-7 12-15`; pointers that lead to other regions are among them. */
  readonly known: string;
  /** `at 4: 01, was 02`; empty where all known bytes are right. */
  readonly wrong: readonly string[];
}

/** Compares a log with what the program wrote. */
export function compareMemory(log: string, truth: readonly MemoryCase[]): Comparison[] {
  const imported = importText(log);
  const comparisons: Comparison[] = [];
  let expected = -1;
  let tid = 0;
  for (const block of imported.blocks) {
    for (let row = 0; row < block.count; row++) {
      if (expected >= 0 && block.tid[row] === tid && block.sys[row] !== 0xffff) {
        const found = truth[expected];
        const call = imported.syscalls[block.sys[row]!]!.name;
        if (found === undefined || found.name !== call)
          throw new Error(`case ${expected} is ${found?.name}, the log has ${call}`);
        const pointer = imported.syscalls[block.sys[row]!]!.arch === 'i386' ? 4 : 8;
        for (const phase of ['enter', 'exit'] as const) {
          const memory = new KnownMemory(
            memoryAt(block, row, phase === 'exit', imported as unknown as Recording),
          );
          comparisons.push(
            ...compareRegions(found, phase, pointer, memory, (arg) => block.args[row * 6 + arg]!),
          );
        }
        expected = -1;
      } else if (imported.syscalls[block.sys[row]!]?.name === 'close') {
        const fd = Number(BigInt.asIntN(32, block.args[row * 6]!));
        if (fd <= -1000) {
          expected = -1000 - fd;
          tid = block.tid[row]!;
        }
      }
    }
  }
  return comparisons;
}

class KnownMemory {
  private readonly bytes = new Map<bigint, number>();

  constructor(spans: readonly UserMemory[]) {
    for (const { address, bytes, cString } of spans) {
      for (let i = 0; i < bytes.length; i++) this.set(address + BigInt(i), bytes[i]!);
      if (cString) this.set(address + BigInt(bytes.length), 0);
    }
  }

  /** Throws where two spans say different things. */
  private set(address: bigint, byte: number): void {
    const known = this.bytes.get(address);
    if (known !== undefined && known !== byte)
      throw new Error(`two spans differ at ${address}: ${known} and ${byte}`);
    this.bytes.set(address, byte);
  }

  at(address: bigint): number | undefined {
    return this.bytes.get(address);
  }
}

function compareRegions(
  found: MemoryCase,
  phase: 'enter' | 'exit',
  pointer: number,
  memory: KnownMemory,
  argument: (arg: number) => bigint,
): Comparison[] {
  const addresses: (bigint | undefined)[] = [];
  return found[phase].map((region, index) => {
    const parent = addresses[region.parent];
    const address =
      region.arg >= 0
        ? argument(region.arg)
        : parent === undefined
          ? undefined
          : numberAt(memory, parent + BigInt(region.off), pointer);
    addresses.push(address);
    const pointers = found[phase].filter(({ parent: of }) => of === index).map(({ off }) => off);
    const wrong: string[] = [];
    const known: number[] = [];
    const end = address === undefined ? 0 : region.bytes.length;
    for (let i = 0; i < end; i++) {
      const byte = memory.at(address! + BigInt(i));
      if (byte === undefined) continue;
      known.push(i);
      const isPointer = pointers.some((off) => i >= off && i < off + pointer);
      if (!isPointer && byte !== region.bytes[i])
        wrong.push(`at ${i}: ${byte.toString(16)}, was ${region.bytes[i]!.toString(16)}`);
    }
    return {
      name: found.name,
      phase,
      region: index,
      size: region.bytes.length,
      known: rangesOf(known),
      wrong,
    };
  });
}

function numberAt(memory: KnownMemory, address: bigint, size: number): bigint | undefined {
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) {
    const byte = memory.at(address + BigInt(i));
    if (byte === undefined) return undefined;
    value = (value << 8n) | BigInt(byte);
  }
  return value;
}

function rangesOf(offsets: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const off of offsets) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === off - 1) last[1] = off;
    else ranges.push([off, off]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(' ');
}

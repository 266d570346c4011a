// A loaded program, and its counters in linear memory.
import type { KernelMap } from '../maps/map.ts';
import type { LinearMemory } from '../memory/linear.ts';
import type { Code } from '../interp/code.ts';
import type { ObjectType } from '../object.ts';
import type { VerifierMap } from '../verifier/input.ts';
import type { Verdict } from '../verifier/verdict.ts';
import type { ProgHits } from './prog-hits.ts';

/** What the verifier knows of an accepted program, for those who compile it. */
export interface ProgFacts extends Pick<Verdict, 'facts' | 'subprogs'> {
  /** The maps behind `InsnFacts.map`. */
  readonly maps: ReadonlyMap<VerifierMap, KernelMap>;
}

/** A program as the machine holds it after BPF_PROG_LOAD. It never changes. */
export interface KernelProg {
  readonly id: number;
  readonly name: string;
  /** The kernel's name in lower case, a key of PROG_TYPES. */
  readonly type: string;
  readonly expectedAttachType: number;
  /** BPF_F_* of the load. */
  readonly flags: number;
  readonly code: Code;
  /** Maps that its insns name, each once. The program keeps them alive. */
  readonly usedMaps: readonly KernelMap[];
  /** Types of the objects that it makes. */
  readonly objects: readonly ObjectType[];
  /** Bytes of its ctx that it loads or stores at the most, from the start, as the verifier saw it; 0 where it was not verified. */
  readonly ctxBytes: number;
  /** Absent: the program was not verified, and what it does is checked while it runs. */
  readonly known?: ProgFacts;
  /** Offset of its counters in linear memory. */
  readonly countersAt: number;
  /** Absent: nobody asked how often its insns run. */
  readonly hits?: ProgHits;
}

/** Counters of a program, as f64 in linear memory: index of each in units of 8 bytes. */
export const COUNTERS = { runs: 0, insns: 1, faults: 2 } as const satisfies Record<string, number>;
export type CounterName = keyof typeof COUNTERS;
export const COUNTERS_BYTES = 8 * Object.keys(COUNTERS).length;

/** Adds to a counter. */
export function count(memory: LinearMemory, prog: KernelProg, name: CounterName, by: number): void {
  memory.f64[prog.countersAt / 8 + COUNTERS[name]]! += by;
}

/** Reads a counter. */
export function counter(memory: LinearMemory, prog: KernelProg, name: CounterName): number {
  return memory.f64[prog.countersAt / 8 + COUNTERS[name]]!;
}

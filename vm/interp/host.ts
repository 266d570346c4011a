// What stands around an engine: the machine, and what a run begins with.
import type { Printk } from '../api.ts';
import type { EffectDetail } from '../effects.ts';
import type { CallbackTable } from '../kernel/callbacks.ts';
import type { Grace } from '../kernel/grace.ts';
import type { Probe } from '../kernel/hook-fills.ts';
import type { KernelMemory } from '../kernel/kernel-memory.ts';
import type { LinkedObjects } from '../kernel/linked-objects.ts';
import type { NetPacket } from '../kernel/net/packet.ts';
import type { ObjectHeap } from '../kernel/object-heap.ts';
import type { KernelProg } from '../kernel/prog.ts';
import type { KernelMap } from '../maps/map.ts';
import type { LinearMemory } from '../memory/linear.ts';
import type { HoledRegion } from '../memory/holes.ts';
import type { Region, RegionTable } from '../memory/regions.ts';
import type { FaultCode } from './fault.ts';

/** The machine around the engine. */
export interface CpuHost {
  readonly memory: LinearMemory;
  /** Cells of all maps. */
  readonly mapRegions: RegionTable;
  readonly kernel: KernelMemory;
  readonly callbacks: CallbackTable;
  readonly heap: ObjectHeap;
  readonly linked: LinkedObjects;
  /** Is told of each run. */
  readonly grace: Grace;
  readonly cpus: number;
  readonly limitInsns: number;
  /** The map whose header is at an offset. */
  mapAt(offset: number): KernelMap | undefined;
  random(): number;
  printk(text: string): void;
  /** A line that waited until now. */
  printed(line: Printk): void;
  countUnknownRead(what: string): void;
  effect(prog: KernelProg, effect: EffectDetail): void;
  /** A run was stopped. */
  faulted(prog: KernelProg, pc: number, code: FaultCode, message: string): void;
}

/** What a run begins with. */
export interface RunEvent {
  /** Offset of the ctx in linear memory; 0: there is none, and r1 begins with 0. */
  readonly ctxAt: number;
  /** What r2 begins with, u32: the length of a memory that stands for a ctx. Default 0. */
  readonly length?: number;
  /** What the program may touch of the event: its ctx, as far as the program type allows. */
  readonly regions: readonly Region[];
  /** What only the kernel reads for it (bpf_probe_read_kernel): the structures that the ctx points at. */
  readonly kernelRegions: readonly (Region | HoledRegion)[];
  /** What `regions` leave out because nobody tells of it: the program may read it, and is counted. */
  readonly holed?: HoledRegion;
  readonly packet?: NetPacket;
  /** What the hook tells helpers; absent where there is none. */
  readonly probe?: Probe;
}

/** What a run begins with that has no ctx. */
export const NO_EVENT: RunEvent = { ctxAt: 0, regions: [], kernelRegions: [] };

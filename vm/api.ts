// The machine as its users see it. machine.ts makes one.
import type { SyscallPoint } from './kernel/point.ts';
import type { MapSpec, ObjectSpec, ProgSpec } from './object.ts';

/** One bpf_trace_printk. */
export interface Printk {
  readonly text: string;
  readonly comm: string;
  /** Thread id, as trace_pipe shows it. */
  readonly tid: number;
  readonly cpu: number;
  readonly atNs: number;
}

/** Why a program was stopped. */
export interface Fault {
  readonly prog: string;
  readonly pc: number;
  readonly code: string;
  readonly message: string;
}

/** A map of a running machine, as user space sees it through bpf(2). Errors are returned as -errno, as the kernel does. */
export interface BpfMap {
  readonly id: number;
  readonly spec: MapSpec;
  /** Entries now: filled ones of hash maps, all of arrays. */
  readonly entries: number;
  /** The value (a copy; per-CPU maps: the values of all CPUs, each rounded up to 8 bytes), or -errno. */
  lookup(key: Uint8Array): Uint8Array | number;
  /** 0 or -errno. `flags` are BPF_ANY 0, BPF_NOEXIST 1, BPF_EXIST 2. */
  update(key: Uint8Array, value: Uint8Array, flags: number): number;
  delete(key: Uint8Array): number;
  /** The key after `key` (undefined: the first), or -ENOENT at the end. */
  nextKey(key: Uint8Array | undefined): Uint8Array | number;
  freeze(): number;
}

/** What tail calls through one prog array did since the object was loaded. */
export interface ProgArrayStats {
  readonly hits: number;
  readonly misses: { readonly empty: number; readonly outOfRange: number; readonly limit: number };
  /** By index, only slots that are filled or were called. */
  readonly slots: readonly {
    readonly index: number;
    readonly prog: string | undefined;
    readonly hits: number;
    readonly empty: number;
  }[];
  /** depth[d] with d from 0 to 33: runs of a program that uses this array which ended after d tail calls. */
  readonly depth: readonly number[];
}

export interface Prog {
  readonly id: number;
  readonly spec: ProgSpec;
  /** Hooks it is attached to. */
  readonly attached: readonly string[];
  readonly runs: number;
  readonly insnsRun: number;
  readonly faults: number;
}

export interface LoadedObject {
  readonly spec: ObjectSpec;
  readonly progs: readonly Prog[];
  readonly maps: readonly BpfMap[];
  /** Stats of a map of type prog_array. Throws for another. */
  progArray(map: BpfMap): ProgArrayStats;
}

export interface MachineOptions {
  /** Possible CPUs: how many values a per-CPU map has. 1 to 64. */
  readonly cpus: number;
  /** Insns one run may execute, tail calls included, before it is stopped with a fault. */
  readonly limitInsns: number;
  readonly onPrintk: (printk: Printk) => void;
  readonly onFault: (fault: Fault) => void;
}

/** All state of a machine at one moment: memory, maps, counters. Opaque, and not tied to later changes. */
export interface MachineSnapshot {
  readonly byteSize: number;
}

export interface Machine {
  /** Creates the maps, checks and loads the programs, fills the slots. Throws LoadError; nothing is left behind then. */
  load(spec: ObjectSpec): LoadedObject;
  /** Attaches a program to the hook that its section names. Throws LoadError when there is no such hook. */
  attach(prog: Prog): void;
  /** Attaches every program of the object whose section names a hook; returns them. */
  attachAll(object: LoadedObject): readonly Prog[];
  /** Runs what is attached to the hooks of a syscall's enter (`__seccomp_filter`, then raw tracepoint sys_enter). */
  enter(point: SyscallPoint): void;
  /** Runs what is attached to the hooks of a syscall's exit. */
  exit(point: SyscallPoint): void;
  /** Insns run, all programs. */
  readonly insnsRun: number;
  /** Reads of user memory that the recording does not hold. */
  readonly unknownReads: number;
  snapshot(): MachineSnapshot;
  restore(snapshot: MachineSnapshot): void;
}

/** A program that comes with Tailscope. */
export interface Sample {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  /** Assembly text that `assembleObject` takes. */
  readonly source: string;
}

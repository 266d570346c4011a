// The machine as its users see it. machine.ts makes one.
import type { Effect } from './effects.ts';
import type { EventBatch } from './kernel/event-batch.ts';
import type { EventName, EventPoint } from './kernel/event-point.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { UnknownRead } from './kernel/memory/unknown-reads.ts';
import type { PacketPoint, SyscallPoint } from './kernel/point.ts';
import type { MapRecord } from './maps/map.ts';
import type { ProgAttr, VerifierSwitch } from './kernel/prog-load.ts';
import type { SyscallInfo } from './kernel/syscalls.ts';
import type { MapSpec, ObjectSpec, ProgSpec } from './object.ts';
import type { ProgCode } from './prog-code.ts';

/** How programs are run: compiled to WebAssembly, or insn by insn by the reference engine. Nothing that can be seen depends on it. */
export type EngineName = 'jit' | 'interp';

/** Which engine runs a program. */
export interface EngineChoice {
  readonly engine: EngineName;
  /** Why it is not the one that the machine was told to use. */
  readonly why?: string;
}

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
  /** The object's fd of the map, for `Machine.bpf`. */
  readonly fd: number;
  readonly spec: MapSpec;
  /** Entries now: filled ones of hash maps, all of arrays. */
  readonly entries: number;
  /** The value (a copy; per-CPU maps: the values of all CPUs, each rounded up to 8 bytes), or -errno. `flags` are 0 or BPF_F_LOCK 4. */
  lookup(key: Uint8Array, flags?: number): Uint8Array | number;
  /** The same, and the element is gone. */
  lookupAndDelete(key: Uint8Array, flags?: number): Uint8Array | number;
  /** The batch commands; see `Bpf`. */
  lookupBatch(from: Uint8Array | undefined, count: number, flags?: number): MapBatch;
  lookupAndDeleteBatch(from: Uint8Array | undefined, count: number, flags?: number): MapBatch;
  updateBatch(entries: readonly (readonly [key: Uint8Array, value: Uint8Array])[], flags?: number): MapBatch;
  deleteBatch(keys: readonly Uint8Array[], flags?: number): MapBatch;
  /** 0 or -errno. `flags` are BPF_ANY 0, BPF_NOEXIST 1, BPF_EXIST 2, and BPF_F_LOCK 4 besides for values with a spin lock. */
  update(key: Uint8Array, value: Uint8Array, flags: number): number;
  delete(key: Uint8Array): number;
  /** The key after `key` (undefined: the first), or -ENOENT at the end. */
  nextKey(key: Uint8Array | undefined): Uint8Array | number;
  freeze(): number;
  /** Takes the records out of a ringbuf or a perf_event_array (each CPU's in turn) and shows them, in order: how many samples, or -EINVAL. */
  consume(visit: (record: MapRecord) => void): number;
  /** Records of a ringbuf or a perf_event_array that found no room, since it was made; 0 for other maps. */
  readonly dropped: number;
}

/** What a batch command did. */
export interface MapBatch {
  /** 0; or why it ended: -ENOENT of a lookup at the end of the map, -ENOSPC when the next bucket of a hash map has more than `count` elements. */
  readonly errno: number;
  /** Elements that were looked up, written or deleted: those before the first that failed. */
  readonly count: number;
  /** Keys and values of a lookup, as single lookups give them. */
  readonly entries: readonly (readonly [key: Uint8Array, value: Uint8Array])[];
  /** Of a lookup: where the next one begins. */
  readonly next: Uint8Array | undefined;
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
  /** The object's fd of the program: what is written into a prog_array slot. */
  readonly fd: number;
  readonly spec: ProgSpec;
  /** Hooks it is attached to, by name: '__seccomp_filter', 'sys_enter', '__x64_sys_openat', 'syscalls:sys_exit_read'. */
  readonly attached: readonly string[];
  /** Why it is attached and will never run: its hooks are such that recordings never come to. Undefined where it may run. */
  readonly idle: string | undefined;
  /** Times it was entered, by a hook or by a tail call. */
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

/** bpf(2): maps and programs by fd. Results below 0 are -errno, as the kernel's. Keys and values have the map's sizes, or -EINVAL. */
export interface Bpf {
  /** An fd. Inner maps of a map of maps are to be like the map of `innerFd`, or else like a map of `spec.inner`. */
  mapCreate(spec: MapSpec, innerFd?: number): number;
  /** An fd. In `attr.insns` wide insns name maps by fd. `log` takes the lines of the verifier's log, or the reason of another refusal. */
  progLoad(attr: ProgAttr, log?: string[]): number;
  /** A map lives while an fd or a program holds it, a program while an fd, a slot or a hook does. */
  close(fd: number): number;
  /** Another fd of the same map. */
  mapFdById(id: number): number;
  progFdById(id: number): number;
  /** The value, of a prog_array the id of the program; see BpfMap. */
  mapLookup(fd: number, key: Uint8Array, flags?: number): Uint8Array | number;
  mapUpdate(fd: number, key: Uint8Array, value: Uint8Array, flags: number): number;
  mapDelete(fd: number, key: Uint8Array): number;
  mapLookupAndDelete(fd: number, key: Uint8Array, flags?: number): Uint8Array | number;
  mapNextKey(fd: number, key: Uint8Array | undefined): Uint8Array | number;
  /** Up to `count` elements, from where the batch before ended (`next`; undefined: from the start). */
  mapLookupBatch(fd: number, from: Uint8Array | undefined, count: number, flags?: number): MapBatch;
  mapLookupAndDeleteBatch(fd: number, from: Uint8Array | undefined, count: number, flags?: number): MapBatch;
  mapUpdateBatch(
    fd: number,
    entries: readonly (readonly [key: Uint8Array, value: Uint8Array])[],
    flags?: number,
  ): MapBatch;
  mapDeleteBatch(fd: number, keys: readonly Uint8Array[], flags?: number): MapBatch;
  mapFreeze(fd: number): number;
  /** See `BpfMap.consume`. */
  mapConsume(fd: number, visit: (record: MapRecord) => void): number;
  /**
   * perf_event_open(2) and mmap(2): an fd of a software event (bpf-output) of a CPU with `pages` pages of buffer, a power of two, or 0 for none. It goes
   * into the slot of its CPU in a perf_event_array.
   */
  perfEventOpen(cpu: number, pages: number): number;
  /** pidfd_open(2): an fd of a task, the key of a task_storage. */
  pidfdOpen(tid: number): number;
  /** Reserves a record of `size` bytes in a user_ringbuf: its position, from 0 up; -E2BIG, or -ENOSPC when there is no room now. */
  userRingbufReserve(fd: number, size: number): number;
  /** Writes a reserved record (what `bytes` does not fill is 0) and hands it to programs: 0, or -EINVAL. */
  userRingbufSubmit(fd: number, position: number, bytes: Uint8Array): number;
  userRingbufDiscard(fd: number, position: number): number;
}

/** What BPF_PROG_TEST_RUN takes: programs on packets want `data` (from the Ethernet header), a raw_tracepoint `ctx` (u64 arguments). */
export interface TestRunInput {
  readonly data?: Uint8Array;
  /** Of programs on packets the beginning of a struct __sk_buff or xdp_md; only fields that a caller may set may be other than 0. */
  readonly ctx?: Uint8Array;
  /** How often; 0 is once. */
  readonly repeat?: number;
  /** The CPU that it runs on; default 0. -ENXIO for one that the machine does not have. */
  readonly cpu?: number;
}

export interface TestRunResult {
  /** 0 or -errno; the program did not run then. */
  readonly errno: number;
  /** Low half of r0 of the last run, u32. */
  readonly retval: number;
  readonly insns: number;
  /** Why the last run was stopped. */
  readonly fault: Fault | undefined;
  /** The packet after the last run; with 14 zeroes for the link header where the program does not see that. */
  readonly data: Uint8Array;
  /** The ctx after the last run, as far as the kernel gives it back. */
  readonly ctx: Uint8Array;
}

/** What a program did with a packet. */
export interface PacketResult {
  readonly prog: string;
  /** As `Prog.attached` has it: 'xdp', 'tcx/ingress', the name of a socket. */
  readonly hook: string;
  /** The kernel's word for its result: 'XDP_DROP', 'TC_ACT_OK', 'TCX_NEXT'; of sockets 'keep' or 'drop'; 'fault' of a run that was stopped. */
  readonly verdict: string;
  /** Bytes of the frame, from its link header on, that the program's socket gets, or that go on from there: 0 for none, and after a fault. */
  readonly kept: number;
}

/** What of a recording brings a program to run. */
export type HookSource =
  | {
      readonly kind: 'calls';
      readonly at: 'enter' | 'exit';
      /** 'all', or those that the machine was told of. */
      readonly calls: 'all' | readonly SyscallInfo[];
    }
  | { readonly kind: 'event'; readonly event: EventName }
  /** `direction`: of those that come in, or go out; undefined: of both. */
  | { readonly kind: 'packets'; readonly direction: 'ingress' | 'egress' | undefined };

/** What became of attaching a program. */
export interface Attachment {
  readonly prog: Prog;
  /** Hooks by name, as `Prog.attached` has them; none of a program that was refused. */
  readonly hooks: readonly string[];
  readonly comesTo: readonly HookSource[];
  /** Why it will never run: its hooks are such that recordings never come to. */
  readonly idle?: string | undefined;
  /** Why it is not attached. */
  readonly refused?: string | undefined;
}

/** What insns that were run by themselves did. */
export interface InsnsResult {
  /** r0 at the end, u64; 0 after a fault. */
  readonly r0: bigint;
  readonly insns: number;
  readonly fault: Fault | undefined;
  /** The memory after the run. */
  readonly memory: Uint8Array;
}

export interface MachineOptions {
  /** Possible CPUs: how many values a per-CPU map has. 1 to 64. */
  readonly cpus: number;
  /** Insns one run may execute, tail calls included, before it is stopped with a fault. */
  readonly limitInsns: number;
  /** Default 'jit'. */
  readonly engine?: EngineName;
  /** Seed of bpf_get_prandom_u32, u32; default 1. */
  readonly seed?: number;
  /** System calls of all ABIs: hooks that go by the name of a call find it here. Default none. */
  readonly syscalls?: readonly SyscallInfo[];
  /** The kernel that programs are loaded against; default KERNELS['linux-6.12']. */
  readonly kernel?: Kernel;
  /** `off`: programs are loaded without being verified, and what they do wrong ends in a fault. Default `on`. */
  readonly verifier?: VerifierSwitch;
  /** Count how often each insn runs, see `Machine.hitsOf`. Default false: nothing is counted, and nothing slower. */
  readonly profile?: boolean;
  /**
   * What programs do to the world. These are called from within a run: maps and programs may be looked at and changed there, but the machine
   * neither runs anything nor is it saved or restored; it throws an Error then.
   */
  readonly onPrintk: (printk: Printk) => void;
  readonly onFault: (fault: Fault) => void;
  readonly onEffect?: (effect: Effect) => void;
}

/** How to attach a program. */
export interface AttachOptions {
  /** Instead of its own: 'kprobe/__x64_sys_read'. It must be one for programs of the same type. */
  readonly section?: string;
  /** What bpf_get_attach_cookie gives, u64; default 0n. */
  readonly cookie?: bigint;
}

/** All state of a machine at one moment: memory, maps, counters. Opaque, and not tied to later changes. */
export interface MachineSnapshot {
  readonly byteSize: number;
}

export interface Machine {
  /** Creates the maps, checks and loads the programs, fills the slots. Throws LoadError; nothing is left behind then. */
  load(spec: ObjectSpec): LoadedObject;
  /** Detaches the programs of an object and closes its fds. What a prog_array of another object still holds stays loaded. */
  unload(object: LoadedObject): void;
  /**
   * Attaches a program to the hook that its section names. Throws LoadError when there is no such hook, or it is there already. Hooks that Linux
   * has and recordings never come to (uprobes) are taken: see `Prog.idle`.
   */
  attach(prog: Prog, options?: AttachOptions): Attachment;
  /** Takes a program off its hooks. */
  detach(prog: Prog): void;
  /**
   * Attaches every program of the object whose section names a hook, and tells what became of each: one that is refused does not keep the others from
   * running. Sections with a slot number ('kprobe/1') and those without a name where one is needed ('kprobe') are left alone, and so are programs on packets that the object puts into a prog_array, but for the one
   * that none of them jumps to.
   */
  attachAll(object: LoadedObject): readonly Attachment[];
  /**
   * The recording has come to `atNs` (ns, never back): runs the timers that programs started and that are due by now, each at its own time. `enter`, `exit` and
   * `packet` do it for the time of their point, before its hooks. Work of programs (bpf_wq) runs behind the hooks of the point that started it.
   */
  advance(atNs: number): void;
  /** Runs what is attached to the hooks of a syscall's enter, in the order of kernel/hooks.ts: `__seccomp_filter`, the tracepoint, functions. */
  enter(point: SyscallPoint): void;
  /** Runs what is attached to the hooks of a syscall's exit: functions, the tracepoint. */
  exit(point: SyscallPoint): void;
  /** Runs what is attached to the tracepoint of an event: sched_process_exec, signal_deliver and their kin. */
  event(point: EventPoint): void;
  /**
   * Hands a packet to the programs of sections xdp, socket and tc in the order of Linux (kernel/net/packet-path.ts): what each did that saw it. Every
   * socket is one of its own of type AF_PACKET, with an empty cb.
   */
  packet(point: PacketPoint): readonly PacketResult[];
  /**
   * Whether anything is attached to a hook of the enter, of the exit, of packets, or of events: at a phase that is not listened to, `advance` is
   * enough.
   */
  listens(at: 'enter' | 'exit' | 'packet' | 'event'): boolean;
  /**
   * Runs a program by itself, as BPF_PROG_TEST_RUN does; tracing types, of which Linux has no test runs, take a ctx too. Nothing is known of the
   * current task.
   */
  testRun(prog: Prog | number, input?: TestRunInput): TestRunResult;
  /**
   * Runs insns that are no program of any type, as RFC 9669 gives them a meaning, without what Linux refuses (a division by a constant 0, say).
   * r1 begins as the address of `memory`, 0 when it is empty, r2 as its length. Throws LoadError for what is no insn, a jump out of the program,
   * and helpers and maps that are not there.
   */
  runInsns(insns: Uint8Array, memory?: Uint8Array): InsnsResult;
  /** Which engine runs programs from the next run on; it may be set between any two of them. */
  engine: EngineName;
  /** The engine that runs a program, as far as that is known: compiled is what runs. Of a program that is not loaded any more 'interp'. */
  engineOf(prog: Prog): EngineChoice;
  /**
   * By pc: how often each insn was begun, in runs that it ended too. Undefined without `MachineOptions.profile`, and for a program that is not loaded any
   * more. They are part of the machine's state: a snapshot that is restored brings back those of its time.
   */
  hitsOf(prog: Prog): Float64Array | undefined;
  /**
   * C, eBPF and WebAssembly of a program side by side, with hits where they are counted: that which runs, or would, whichever engine is set. Undefined for a program that
   * is not loaded any more.
   */
  codeOf(prog: Prog): ProgCode | undefined;
  /** The module that the program stands in, or would, as WebAssembly text: with all that it can jump to. Undefined as for `codeOf`. */
  moduleText(prog: Prog): string | undefined;
  /**
   * Hands points of calls over many at a time; undefined where programs must have them one by one, and `whyNoBatch` says why. To be asked for again when
   * programs were attached or detached, slots of prog_arrays changed, the engine was, or a snapshot was restored.
   */
  readonly batch: EventBatch | undefined;
  /** For people: 'opensnoop asks for the current task (get_current_uid_gid)'; undefined where there are batches. */
  readonly whyNoBatch: string | undefined;
  readonly bpf: Bpf;
  /** Insns run, all programs. */
  readonly insnsRun: number;
  /** Reads of user memory and of the kernel's structures that the recording does not hold. */
  readonly unknownReads: number;
  /** The same by what was asked for ('task_struct.loginuid', 'user memory behind args[1]'), the most frequent first. */
  unknown(): readonly UnknownRead[];
  snapshot(): MachineSnapshot;
  /** Throws TypeError for a snapshot of another machine. */
  restore(snapshot: MachineSnapshot): void;
}

/** A program that comes with Tailscope. Its files are beside vm/samples/index.ts: the machine reads none. */
export interface Sample {
  readonly name: string;
  readonly title: string;
  /** What it shows, and how its output is to be read. */
  readonly summary: string;
  /** Path of the object that clang made, from vm/samples on: 'objects/opensnoop.bpf.o'. */
  readonly object: string;
  /** Path of the C that it is made of: 'src/opensnoop.bpf.c'. */
  readonly source: string;
  /** Global variables that may be set before it is loaded. */
  readonly globals: readonly SampleGlobal[];
  /** Recordings of the manifest that it is worth running over, the best first. */
  readonly suits: readonly string[];
}

/** A global variable of a sample. */
export interface SampleGlobal {
  readonly name: string;
  /** 'failed opens only; default false'. */
  readonly meaning: string;
}

// What a recording is made of: blocks of columns, one row a record, in the order of the source.
//
//   recorder's text -> import/ -> Block, Block, ... -> format/ (.sct) -> Block -> replay/ (points in time order)
//
// A call is one record: it holds its enter and its exit. Everything that is not a call (a signal that arrives, a thread that
// ends, a word of the recorder's own) is a record of another kind in the same columns.

/** Record kinds. `code` is what stands in `Block.kind` and in a .sct file. */
export const RECORD_KINDS = {
  call: { code: 0, summary: 'a system call: enter, and exit if it came back' },
  signal: { code: 1, summary: 'a signal was delivered; ret is its number, retText the siginfo as printed' },
  exit: { code: 2, summary: 'a thread ended by exit; ret is its exit code' },
  killed: { code: 3, summary: 'a thread was killed; ret is the number of the signal' },
  stop: { code: 4, summary: 'a group stop; ret is the number of the signal' },
  packet: {
    code: 6,
    summary:
      'a packet at a network device: its bytes are the only span of memory (of args[0], cut where the capture cut it), from the link header on; ret is its LINKTYPE_*, args[0] the index of the device with its name as text, args[1] PACKET_* of Linux where it is known which way it went, retText a comment; line counts the packets of its file; of no thread',
  },
  note: {
    code: 5,
    summary: 'a word of the recorder: attached, detached, superseded by execve; retText is its text',
  },
} as const satisfies Record<string, { code: number; summary: string }>;
export type RecordKind = keyof typeof RECORD_KINDS;

/** Bits of `Block.flags`. */
export const RECORD_FLAGS = {
  /** No second half and no return value was recorded: the call was still running when the recording, or its thread, ended. */
  unfinished: 1 << 0,
  /** The recorder printed `= ?`: the call returned nothing to its caller (exit_group, a killed thread). */
  noReturn: 1 << 1,
  /** The return is a restart code (ERESTARTSYS and its kin): the program never sees it; not an error. */
  restart: 1 << 2,
  /** The recorder made the result up (strace -e inject). */
  injected: 1 << 3,
  /** The recorder let go of the thread inside this call. */
  detached: 1 << 4,
  /** The recorder printed the call in two halves. */
  halved: 1 << 5,
  /** exitNs comes from a measured duration (strace -T), not from the stamp of a second half. */
  measured: 1 << 6,
  /** The source has no stamps: enterNs counts lines (1,000 ns each). */
  noStamp: 1 << 7,
  /** The name is not in the table of the record's ABI (`syscall_0x270f`). */
  unknownCall: 1 << 8,
  /** ret is a register that is put back, not a result (rt_sigreturn). */
  registerReturn: 1 << 9,
} as const satisfies Record<string, number>;
export type RecordFlag = keyof typeof RECORD_FLAGS;

/** What is known of one argument. Codes stand in `Block.argKinds`. */
export const ARG_KINDS = {
  /** Not printed, or beyond the call's arguments. Value 0. */
  absent: 0,
  /** A number as the recorder printed it. */
  value: 1,
  /** A pointer value as the recorder printed it. */
  pointer: 2,
  /** A pointer the recorder did not print: an address made up from the string id, see `syntheticAddress`. */
  synthetic: 3,
  /** Shown decoded only (a struct, a list): value is a made-up address, the text is in argText. */
  decoded: 4,
} as const satisfies Record<string, number>;
export type ArgKind = keyof typeof ARG_KINDS;

/** Bits of `Block.memFlags`. */
export const MEMORY_FLAGS = {
  /** The kernel wrote these bytes: they are there at exit, not at enter. */
  out: 1 << 0,
  /** The recorder cut the bytes: trueLength is more than was recorded, or unknown (then NaN). */
  cut: 1 << 1,
  /** A C string: one NUL byte stands after the recorded bytes. */
  cString: 1 << 2,
} as const satisfies Record<string, number>;

/** Architectures (the ABI a call was made through). `audit` is AUDIT_ARCH_*, as seccomp_data.arch holds it. */
export const ARCHS = {
  x86_64: { code: 0, audit: 0xc000003e, bits: 64 },
  i386: { code: 1, audit: 0x40000003, bits: 32 },
  arm64: { code: 2, audit: 0xc00000b7, bits: 64 },
} as const satisfies Record<string, { code: number; audit: number; bits: 32 | 64 }>;
export type Arch = keyof typeof ARCHS;

/** A system call as a recording names it. `nr` is -1 where neither the recorder nor the table of the ABI has a number. */
export interface SyscallRef {
  readonly arch: Arch;
  readonly nr: number;
  readonly name: string;
}

/** No such string / no such system call. String id 0 is always the empty string. */
export const NO_SYSCALL = 0xffff;

/**
 * Up to 4,096 records as columns. Rows are in source order; enterNs mostly rises but may step back where the source's clock did.
 * Times are ns since `RecordingHeader.startNs`, whole numbers. All columns have `count` rows unless said otherwise.
 */
export interface Block {
  readonly count: number;
  readonly kind: Uint8Array;
  readonly flags: Uint16Array;
  /** Line of the source, from 1. */
  readonly line: Uint32Array;
  /** Which source file (index in RecordingFooter.sources); strace -ff has one a thread. */
  readonly source: Uint16Array;
  readonly enterNs: Float64Array;
  /** NaN: never returned, or unknown (no -T and no second half). */
  readonly exitNs: Float64Array;
  readonly tid: Int32Array;
  readonly tgid: Int32Array;
  /** -1: unknown. */
  readonly cpu: Int16Array;
  /** String id of the thread's name (comm); 0 unknown. */
  readonly comm: Uint32Array;
  /** Index in Recording.syscalls; NO_SYSCALL for records that are no call. */
  readonly sys: Uint16Array;
  /** 6 a row, row-major. Made-up addresses are filled in. */
  readonly args: BigUint64Array;
  /** 6 a row: ARG_KINDS. */
  readonly argKinds: Uint8Array;
  /** 6 a row: string id of the argument as the recorder decoded it; 0 where the value says it all. */
  readonly argText: Uint32Array;
  /** The value as the kernel returned it: errors are -errno. 0 where flags say unfinished or noReturn. */
  readonly ret: BigInt64Array;
  /** Positive errno of a failed call, the kernel's 512..516 for restart codes, 0 otherwise. */
  readonly errno: Uint16Array;
  /** What stood after the value: an fd's path, `Timeout`, `flags O_RDWR`; siginfo for signals. 0 none. */
  readonly retText: Uint32Array;
  /** Recorded user memory, compressed rows: record i owns spans memStart[i] .. memStart[i+1]-1. count+1 rows. */
  readonly memStart: Uint32Array;
  /** Which argument (0..5) leads to the span. One row a span, as the four below. */
  readonly memArg: Uint8Array;
  readonly memFlags: Uint8Array;
  readonly memAddress: BigUint64Array;
  /** String id of the bytes. */
  readonly memBytes: Uint32Array;
  /** Length in bytes in the program's memory, at least the recorded length; NaN where cut and unknown. */
  readonly memTrueLength: Float64Array;
}

/** Strings of a recording: byte strings, each once, by id from 0 (the empty string). */
export interface StringTable {
  readonly size: number;
  /** Bytes of string `id`; a view, not to be written. Throws RangeError for an unknown id. */
  bytes(id: number): Uint8Array;
  /** The same as text, UTF-8, malformed bytes as U+FFFD. Cached. */
  text(id: number): string;
}

/** First of the addresses made up for pointers that no recorder printed; they end below 2^46. */
export const SYNTHETIC_BASE = 0x1000_0000_0000n;
/** Bytes between two made-up addresses: a string id's own room. */
export const SYNTHETIC_STRIDE = 0x1_0000n;

/** The made-up user address of string `id`: the same string is at the same address throughout a recording. */
export function syntheticAddress(id: number): bigint {
  return SYNTHETIC_BASE + BigInt(id) * SYNTHETIC_STRIDE;
}

// What the kernel side of the machine is told at each point of a recording. Whoever replays fills one of these and reuses it.
import type { ParentTask } from '../helpers/context.ts';

/** User memory that is known at a point: `bytes` stand at `address`; the program's own buffer was `trueLength` bytes long. */
export interface UserMemory {
  readonly address: bigint;
  readonly bytes: Uint8Array;
  /** At least bytes.length; NaN unknown. Reads past bytes.length fault, and are counted as unknown. */
  readonly trueLength: number;
  /** A NUL byte follows the bytes. */
  readonly cString: boolean;
}

/** One system call at its enter or its exit. */
export interface SyscallPoint {
  /** Number in the ABI of `audit`; -1 unknown (programs see -1). */
  nr: number;
  /** AUDIT_ARCH_* of the ABI. */
  audit: number;
  /** Six u64 arguments, 48 bytes little endian. */
  args: Uint8Array;
  /** At exit: what the kernel returned (-errno for errors). 0n at enter. */
  ret: bigint;
  tid: number;
  tgid: number;
  /** Thread name without NUL; programs see at most 15 bytes of it. */
  comm: Uint8Array;
  /** 0 where the recording does not know. */
  cpu: number;
  /** ns since the start of the recording: what bpf_ktime_get_ns returns. */
  atNs: number;
  /** What only some recordings tell of the task; see TaskView. */
  parent?: ParentTask | undefined;
  uid?: number | undefined;
  gid?: number | undefined;
  startNs?: number | undefined;
  cgroups?: readonly bigint[] | undefined;
  userStack?: readonly bigint[] | undefined;
  kernelStack?: readonly bigint[] | undefined;
  /** What was recorded behind the arguments, of this point: written by the program at enter, also by the kernel at exit. */
  memory: readonly UserMemory[];
}

// What the kernel side of the machine is told at each point of a recording. Whoever replays fills one of these and reuses it.
import type { TaskFacts } from './task-facts.ts';
import type { PacketDirection } from './net/ethernet.ts';

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
  /** What else is known of the task. */
  facts?: TaskFacts | undefined;
  /** Return addresses of the call, innermost first, where the recording knows them: in user memory, and in the kernel. */
  userStack?: readonly bigint[] | undefined;
  kernelStack?: readonly bigint[] | undefined;
  /**
   * What was recorded behind the arguments, of this point: written by the program at enter, also by the kernel at exit. Asked for when a program
   * reads user memory, any number of times, and only until the point is handed over again.
   */
  memory: () => readonly UserMemory[];
}

/** A point of which nothing is known, to be filled. */
export function emptyPoint(): SyscallPoint {
  return {
    nr: -1,
    audit: 0,
    args: new Uint8Array(48),
    ret: 0n,
    tid: 0,
    tgid: 0,
    comm: new Uint8Array(0),
    cpu: 0,
    atNs: 0,
    memory: () => [],
  };
}

/** One packet at a network device, as sockets of type AF_PACKET get it. */
export interface PacketPoint {
  /** As in SyscallPoint. */
  atNs: number;
  /** The frame as far as it was recorded, from its link header on; VLAN tags stand in it. Read when the point is handed over. */
  bytes: Uint8Array;
  /** Length of the frame when that is more than was recorded: loads of what is missing fail, and are counted as unknown. */
  trueLength?: number | undefined;
  /** Bytes of the link header; default 14, that of Ethernet. */
  linkBytes?: number | undefined;
  /** Type of what follows the link header, 0x0800 for IPv4; default what an Ethernet header says, 0 for other link headers. */
  protocol?: number | undefined;
  /** Where it is going; default as the first byte of the frame says it, to this host where that is one address. */
  direction?: PacketDirection | undefined;
  /** Index of the device. */
  ifindex: number;
  /** 0 where the recording does not know. */
  cpu?: number | undefined;
}

// Structs of the kernel as far as programs meet them: size, and the members that they read most, of Linux 6.18 on x86-64 as its BTF tells it. A
// struct that is only named is empty: pointers to it can be told apart, and nothing of it be read. What other releases have otherwise is in
// vm/kernel/profiles.
import type { StructTable } from './build.ts';
import { MAP_STRUCTS } from './map-structs.ts';
import { BASIC_STRUCTS, OBJECT_STRUCTS } from './structs/basics.ts';
import { BPF_STRUCTS } from './structs/bpf.ts';
import { EVENT_STRUCTS } from './structs/events.ts';
import { FILE_STRUCTS } from './structs/files.ts';
import { BLOCK_STRUCTS, MEMORY_STRUCTS } from './structs/memory.ts';
import { CGROUP_STRUCTS, NAMESPACE_STRUCTS } from './structs/namespaces.ts';
import { DEVICE_STRUCTS, HEADER_STRUCTS, PACKET_STRUCTS } from './structs/packets.ts';
import { SCHEDULER_STRUCTS } from './structs/scheduler.ts';
import { SOCKET_STRUCTS } from './structs/sockets.ts';
import { SIGNAL_STRUCTS, TASK_STRUCTS } from './structs/tasks.ts';
import { UAPI_STRUCTS } from './structs/uapi.ts';

/** All of them, by name. */
export const KERNEL_STRUCTS: Readonly<Record<string, StructTable>> = {
  ...BASIC_STRUCTS,
  ...OBJECT_STRUCTS,
  ...SCHEDULER_STRUCTS,
  ...TASK_STRUCTS,
  ...SIGNAL_STRUCTS,
  ...MEMORY_STRUCTS,
  ...BLOCK_STRUCTS,
  ...FILE_STRUCTS,
  ...NAMESPACE_STRUCTS,
  ...CGROUP_STRUCTS,
  ...PACKET_STRUCTS,
  ...HEADER_STRUCTS,
  ...DEVICE_STRUCTS,
  ...SOCKET_STRUCTS,
  ...EVENT_STRUCTS,
  ...UAPI_STRUCTS,
  ...BPF_STRUCTS,
  ...MAP_STRUCTS,
};

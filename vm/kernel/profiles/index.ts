// The kernels that come along. Linux 6.18 is as its BTF has it; each of the others is a table of what it has otherwise than the one after it.
import type { Btf } from '../../btf/btf.ts';
import { kernelTables, kernelTypes } from '../../btf/kernel-types.ts';
import type { Kernel } from '../kernel.ts';
import { CONFIGS } from './configs.ts';
import { LINUX_4_14 } from './linux-4.14.ts';
import { LINUX_4_4 } from './linux-4.4.ts';
import { LINUX_5_10 } from './linux-5.10.ts';
import { LINUX_6_12 } from './linux-6.12.ts';
import { kernelFromTypes } from './of-types.ts';
import { lazyTypes, releaseTables } from './release.ts';

// A release costs nothing until somebody asks for its types.
const tables612 = () => releaseTables(kernelTables(), LINUX_6_12);
const tables510 = () => releaseTables(tables612(), LINUX_5_10);
const tables414 = () => releaseTables(tables510(), LINUX_4_14);
const types612 = lazyTypes(tables612);
const types510 = lazyTypes(tables510);
const types414 = lazyTypes(tables414);
const types44 = lazyTypes(() => releaseTables(tables414(), LINUX_4_4));

/** By name; the first is the default. */
export const KERNELS = {
  'linux-6.12': {
    name: 'linux-6.12',
    summary:
      'the default, what most programs of today are written for; members as in its sources, offsets of our own',
    version: 0x06_0c_00,
    get types() {
      return types612();
    },
    abi: { syscalls: 'wrapper', seccomp: 'filter' },
    config: CONFIGS['linux-6.12'],
  },
  'linux-6.18': {
    name: 'linux-6.18',
    summary:
      'members and offsets as the BTF of a 6.18 on x86-64 has them; __seccomp_filter without seccomp_data, names behind the records of scheduler events',
    version: 0x06_12_00,
    get types() {
      return kernelTypes();
    },
    abi: { syscalls: 'wrapper', seccomp: 'short' },
    config: CONFIGS['linux-6.18'],
  },
  'linux-5.10': {
    name: 'linux-5.10',
    summary:
      'task_struct.state, rss_stat in one struct, ancestor_ids of cgroups, sched_switch without prev_state; members as in its sources, offsets of our own',
    version: 0x05_0a_00,
    get types() {
      return types510();
    },
    abi: { syscalls: 'wrapper', seccomp: 'filter' },
    config: CONFIGS['linux-5.10'],
  },
  'linux-4.14': {
    name: 'linux-4.14',
    summary:
      'sys_NAME with the arguments of the call, pids[] and no thread_pid, real_start_time, mmap_sem; no BTF of its own: members as in its sources, offsets of our own',
    version: 0x04_0e_00,
    get types() {
      return types414();
    },
    abi: { syscalls: 'direct', seccomp: 'filter' },
    config: CONFIGS['linux-4.14'],
  },
  'linux-4.4': {
    name: 'linux-4.4',
    summary:
      'the kernel of the first tail calls: seccomp_phase1; other than that 4.14 with less, offsets of our own',
    version: 0x04_04_00,
    get types() {
      return types44();
    },
    abi: { syscalls: 'direct', seccomp: 'phase1' },
    config: CONFIGS['linux-4.4'],
  },
} as const satisfies Record<string, Kernel>;
export type KernelName = keyof typeof KERNELS;

/** The default. */
export const DEFAULT_KERNEL: Kernel = KERNELS['linux-6.12'];

/** A kernel of which there is a BTF file: what is not in its types (configuration, version) is taken from the profile that is nearest. */
export function kernelOfTypes(types: Btf, name: string): Kernel {
  return kernelFromTypes(types, name, Object.values(KERNELS));
}

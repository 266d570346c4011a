// The kernels that come along.
import { kernelTypes } from '../../btf/kernel-types.ts';
import type { Btf } from '../../btf/btf.ts';
import type { Kernel } from '../kernel.ts';

/** By name; the first is the default. */
export const KERNELS = {
  'linux-6.12': {
    name: 'linux-6.12',
    summary: 'what most programs of today are written for',
    version: 0x06_0c_00,
    types: kernelTypes(),
    abi: { syscalls: 'wrapper', seccomp: 'filter' },
    config: {},
  },
} as const satisfies Record<string, Kernel>;
export type KernelName = keyof typeof KERNELS;

/** The default. */
export const DEFAULT_KERNEL: Kernel = KERNELS['linux-6.12'];

/** A kernel of which there is a BTF file: what is not in its types (configuration, version) is taken from the profile that is nearest. */
export function kernelOfTypes(_types: Btf, _name: string): Kernel {
  throw new Error('not built');
}

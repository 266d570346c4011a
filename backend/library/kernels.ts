// The kernel that programs are loaded against: one that comes along, or the types of a kernel of the user's own.
import { readFileSync } from 'node:fs';
import {
  BtfError,
  DEFAULT_KERNEL,
  KERNELS,
  kernelOfTypes,
  parseBtf,
  type Kernel,
  type KernelName,
} from '../../vm/index.ts';
import { errnoOf, reasonOf, refusal } from '../errors.ts';

/** What may travel to a worker: the name of a kernel that comes along, or a BTF file. */
export type KernelSource = string | { readonly name: string; readonly btf: Uint8Array };

/** A kernel by its name or by the path of a BTF file (/sys/kernel/btf/vmlinux). Throws UserError 'no-kernel', 'cannot-read'. */
export function readKernel(name: string): KernelSource {
  if (Object.hasOwn(KERNELS, name)) return name;
  try {
    return { name, btf: readFileSync(name) };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw refusal('no-kernel', name, Object.keys(KERNELS));
    throw refusal('cannot-read', name, reasonOf(error));
  }
}

/** The kernel of a source; the default where there is none. Throws UserError 'bad-kernel' for bytes that are no BTF. */
export function openKernel(source: KernelSource | undefined): Kernel {
  if (source === undefined) return DEFAULT_KERNEL;
  if (typeof source === 'string') return KERNELS[source as KernelName]; // readKernel has looked it up
  try {
    return kernelOfTypes(parseBtf(source.btf, 'vmlinux'), source.name);
  } catch (error) {
    if (error instanceof BtfError) throw refusal('bad-kernel', source.name, error.message);
    throw error;
  }
}

// The kernel that programs are loaded against: its types, and how it calls what programs are attached to.
import type { Btf } from '../btf/btf.ts';
import type { HookAbi } from './hook-abi.ts';

/** A kernel as the loader, the verifier and the hooks see it. */
export interface Kernel {
  /** 'linux-6.12'; of a BTF file the name of that. */
  readonly name: string;
  /** In a sentence: what it is, and what in it differs from the others. */
  readonly summary: string;
  /** LINUX_VERSION_CODE: major, minor and patch as 0x060c00. What the extern LINUX_KERNEL_VERSION reads. */
  readonly version: number;
  readonly types: Btf;
  readonly abi: HookAbi;
  /** CONFIG_ options by name: 'y', 'm', 'n', a number, or a text in quotes, as .config has them. Others are not set. */
  readonly config: Readonly<Record<string, string>>;
}

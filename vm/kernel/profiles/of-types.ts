// A kernel of which nothing is known but its types, /sys/kernel/btf/vmlinux of the user's own say: what they prove of it, and the rest from the
// kernel that comes along and is nearest.
import type { Btf } from '../../btf/btf.ts';
import { isStruct, plainType } from '../../btf/query.ts';
import type { HookAbi } from '../hook-abi.ts';
import type { Kernel } from '../kernel.ts';

/** What a kernel has since a release, newest first: the first that holds tells how old the kernel is at the most. */
const SINCE: readonly { readonly version: number; readonly holds: (types: Btf) => boolean }[] = [
  { version: 0x06_12_00, holds: (types) => hasMember(types, 'dentry', '__d_name') },
  { version: 0x06_0f_00, holds: (types) => hasMember(types, 'kernfs_node', '__parent') },
  { version: 0x06_0d_00, holds: (types) => hasMember(types, 'file', 'f_ref') },
  { version: 0x06_0c_00, holds: (types) => hasPointer(types, 'file', 'f_owner') },
  { version: 0x06_06_00, holds: (types) => hasMember(types, 'sched_entity', 'slice') },
  {
    version: 0x06_02_00,
    holds: (types) => !hasStruct(types, 'mm_rss_stat') && hasMember(types, 'mm_struct', 'rss_stat'),
  },
  { version: 0x06_01_00, holds: (types) => hasMember(types, 'mm_struct', 'mm_mt') },
  { version: 0x05_13_00, holds: (types) => hasMember(types, 'iov_iter', 'ubuf') },
  { version: 0x05_10_00, holds: (types) => hasStruct(types, 'folio') },
  { version: 0x05_0e_00, holds: (types) => hasMember(types, 'task_struct', '__state') },
  { version: 0x05_0b_00, holds: (types) => hasMember(types, 'task_struct', 'bpf_storage') },
  { version: 0x05_0a_00, holds: (types) => hasMember(types, 'bpf_sock_ops', 'skb_data') },
  { version: 0x05_08_00, holds: (types) => hasMember(types, 'mm_struct', 'mmap_lock') },
  { version: 0x05_06_00, holds: (types) => hasStruct(types, 'open_how') },
  { version: 0x05_05_00, holds: (types) => hasMember(types, 'task_struct', 'start_boottime') },
  { version: 0x04_13_00, holds: (types) => hasMember(types, 'task_struct', 'thread_pid') },
  { version: 0x04_0f_00, holds: (types) => hasMember(types, 'bpf_prog', 'expected_attach_type') },
  { version: 0x04_0e_00, holds: (types) => hasMember(types, 'task_struct', 'thread_info') },
];

/** A kernel of these types; `known` are those that come along. The name of a file is its name. */
export function kernelFromTypes(types: Btf, name: string, known: readonly Kernel[]): Kernel {
  const version = SINCE.find(({ holds }) => holds(types))?.version ?? 0x04_04_00;
  const nearest = known.reduce((best, each) =>
    Math.abs(each.version - version) < Math.abs(best.version - version) ? each : best,
  );
  const abi = { syscalls: syscallsOf(types, nearest), seccomp: seccompOf(types, nearest) };
  const config: Record<string, string> = { ...nearest.config, CONFIG_DEBUG_INFO_BTF: 'y' };
  if (abi.syscalls === 'wrapper') config['CONFIG_ARCH_HAS_SYSCALL_WRAPPER'] = 'y';
  else delete config['CONFIG_ARCH_HAS_SYSCALL_WRAPPER'];
  const summary = `types of ${name}: Linux ${versionText(version)} or a little later; configuration of ${nearest.name}`;
  return { name, summary, version, types, abi, config };
}

/** '6.12' for 0x060c00. */
function versionText(version: number): string {
  return `${version >> 16}.${(version >> 8) & 0xff}`;
}

/** A kernel whose functions are told has the wrapper, or it has not; without functions the age decides. @see arch/x86/entry/syscalls/ */
function syscallsOf(types: Btf, nearest: Kernel): HookAbi['syscalls'] {
  const has = (name: string): boolean => types.find('func', name) !== undefined;
  if (has('__x64_sys_openat') || has('__arm64_sys_openat') || has('__x64_sys_')) return 'wrapper';
  return has('sys_openat') || has('SyS_openat') ? 'direct' : nearest.abi.syscalls;
}

/** By the parameters of the function. The compiler may leave out what nobody needs, or the function: then the age decides. */
function seccompOf(types: Btf, nearest: Kernel): HookAbi['seccomp'] {
  if (types.find('func', 'seccomp_phase1') !== undefined) return 'phase1';
  const id = types.find('func', '__seccomp_filter');
  const func = id === undefined ? undefined : types.type(id);
  const proto = func?.kind === 'func' ? types.type(func.type) : undefined;
  if (proto?.kind !== 'func_proto') return nearest.abi.seccomp;
  const takesData = proto.params.some(({ type }) => plainType(types, type).kind === 'ptr');
  return takesData ? 'filter' : 'short';
}

function hasStruct(types: Btf, name: string): boolean {
  const id = types.find('struct', name);
  const record = id === undefined ? undefined : types.type(id);
  return record !== undefined && isStruct(record) && record.members.length > 0;
}

function hasMember(types: Btf, struct: string, member: string): boolean {
  return memberType(types, struct, member) !== undefined;
}

function hasPointer(types: Btf, struct: string, member: string): boolean {
  const type = memberType(types, struct, member);
  return type !== undefined && plainType(types, type).kind === 'ptr';
}

/** Type of a member, those of unnamed members too. */
function memberType(types: Btf, struct: string, member: string): number | undefined {
  const open = [types.find('struct', struct)];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const record = plainType(types, id);
    if (!isStruct(record)) continue;
    for (const { name, type } of record.members) {
      if (name === member) return type;
      if (name === '') open.push(type);
    }
  }
  return undefined;
}

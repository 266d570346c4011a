// Why programs are refused: helpers that they may not call, or not here, or not so.
import { ERRNO } from '../../errno.ts';
import { typeWords } from './plain-words.ts';
import type { MessageTable } from './row.ts';

export const HELPERS_MESSAGES = {
  'helper-unknown': {
    errno: ERRNO.EINVAL,
    text: (id: number) => `invalid func unknown#${id}`,
    why: (id: number) => `no helper has the number ${id}`,
    fix: 'call a helper by its name: the assembler and bpf_helpers.h know the numbers',
  },
  'helper-prog-type': {
    errno: ERRNO.EINVAL,
    text: (name: string, id: number, _type: string) =>
      `program of this type cannot use helper bpf_${name}#${id}`,
    why: (name: string, _id: number, type: string) =>
      `each program type has its own set of helpers, and that of ${type} has no bpf_${name}: what the helper works on is not there, or not safe to touch, where such programs run`,
    fix: (name: string, _id: number, type: string) =>
      `do it without bpf_${name}, or in a program of a type that has it; \`bpftool feature probe\` lists the helpers of ${type}`,
  },
  'func-ip-type': {
    errno: ERRNO.ENOTSUPP,
    text: (number: number, _type: string) =>
      `func bpf_get_func_ip#173 not supported for program type ${number}`,
    why: (_number: number, type: string) =>
      `bpf_get_func_ip tells which function is traced, and a program of type ${type} hangs on none`,
    fix: 'attach the program to a function (SEC("kprobe/..."), SEC("fentry/...")), or do it without bpf_get_func_ip',
  },
  'func-ip-attach': {
    errno: ERRNO.ENOTSUPP,
    text: () => 'func bpf_get_func_ip#173 supported only for fentry/fexit/fmod_ret programs',
    why: 'bpf_get_func_ip tells which function is traced; of the tracing programs only those at the entry or the exit of a function, or in its place, hang on one',
    fix: 'use SEC("fentry/...") or SEC("fexit/..."), or do it without bpf_get_func_ip',
  },
  'helper-licence': {
    errno: ERRNO.EINVAL,
    text: (_name: string) => 'cannot call GPL-restricted function from non-GPL compatible program',
    why: (name: string) =>
      `bpf_${name} is for programs under a licence that is compatible with the GPL, and this one does not say that it is`,
    fix: 'declare the licence: char LICENSE[] SEC("license") = "GPL";',
  },
  'helper-place': {
    errno: ERRNO.EINVAL,
    text: (_name: string) => 'helper call is not allowed in probe',
    why: (name: string) =>
      `bpf_${name} takes locks that may be held already where this program runs, which would then wait for ever; only some places are known to be without them`,
    fix: (name: string) =>
      `call bpf_${name} in an iterator, at a hook of LSM, or at one of the functions that allow it (SEC("fentry/filp_close"), vfs_truncate, dentry_open and a few more)`,
  },
  'helper-sleeps': {
    errno: ERRNO.EINVAL,
    text: (_name: string) => 'helper call might sleep in a non-sleepable prog',
    why: (name: string) =>
      `bpf_${name} may wait, for a page to be read in for example, and this program runs where nothing may wait`,
    fix: (name: string) =>
      `make the program sleepable (SEC("fentry.s/..."), lsm.s, uprobe.s), or use a helper that does not wait in the place of bpf_${name}`,
  },
  'helper-sleeps-rcu': {
    errno: ERRNO.EINVAL,
    text: (name: string, id: number) => `sleepable helper bpf_${name}#${id} in rcu_read_lock region`,
    why: (name: string) =>
      `bpf_${name} may wait, and between bpf_rcu_read_lock and bpf_rcu_read_unlock nothing may`,
    fix: (name: string) => `call bpf_${name} before the section or behind it`,
  },
  'helper-sleeps-preempt': {
    errno: ERRNO.EINVAL,
    text: (name: string, id: number) => `sleepable helper bpf_${name}#${id} in non-preemptible region`,
    why: (name: string) =>
      `bpf_${name} may wait, and between bpf_preempt_disable and bpf_preempt_enable nothing may`,
    fix: (name: string) => `call bpf_${name} before the section or behind it`,
  },
  'helper-sleeps-irq': {
    errno: ERRNO.EINVAL,
    text: (name: string, id: number) => `sleepable helper bpf_${name}#${id} in IRQ-disabled region`,
    why: (name: string) => `bpf_${name} may wait, and nothing may wait while interrupts are off`,
    fix: (name: string) => `call bpf_${name} before the section or behind it`,
  },
  'map-type': {
    errno: ERRNO.EINVAL,
    text: (number: number, name: string, id: number, _type: string) =>
      `cannot pass map_type ${number} into func bpf_${name}#${id}`,
    why: (_number: number, name: string, _id: number, type: string) =>
      type === 'prog_array'
        ? `the slots of a prog_array hold programs: only bpf_tail_call uses them, and only user space reads and fills them, so bpf_${name} does not take it`
        : `bpf_${name} does not work on maps of type ${type}`,
    fix: (_number: number, name: string, _id: number, type: string) =>
      type === 'prog_array'
        ? 'keep what you want to look up in a map of another type, a hash or an array'
        : `give bpf_${name} a map of a type that it takes, or use the helpers that go with ${type}`,
  },
  'map-readonly': {
    errno: ERRNO.EACCES,
    text: (_map: string, _name: string) => 'write into map forbidden',
    why: (map: string, name: string) =>
      `bpf_${name} changes the map, and ${map} was made with BPF_F_RDONLY_PROG: programs may only read it`,
    fix: (map: string) => `leave the writing to user space, or make ${map} without BPF_F_RDONLY_PROG`,
  },
  'tail-call-map': {
    errno: ERRNO.EINVAL,
    isOpen: true,
    text: (_map: string, _type: string) => 'expected prog array map for tail call',
    why: (map: string, type: string) =>
      `bpf_tail_call jumps to a program in a slot of a prog_array, and ${map} is of type ${type}`,
    fix: 'give it a map of type BPF_MAP_TYPE_PROG_ARRAY as second argument',
  },
  'callback-map': {
    errno: ERRNO.ENOTSUPP,
    text: (_map: string, _type: string) => 'callback function not allowed for map',
    why: (map: string, type: string) =>
      `bpf_for_each_map_elem goes over arrays and hash maps, and ${map} is of type ${type}`,
    fix: 'go over the elements in user space, or keep them in an array or a hash map',
  },
  'timer-map': {
    errno: ERRNO.EINVAL,
    text: (timer: number, map: number) =>
      `timer pointer in R1 map_uid=${timer} doesn't match map pointer in R2 map_uid=${map}`,
    why: 'the timer in r1 lies in a value of one map, and r2 names another',
    fix: 'give bpf_timer_init the map whose value holds the timer',
  },
  'dynptr-memory': {
    errno: ERRNO.EACCES,
    text: (type: string) => `Unsupported reg type ${type} for bpf_dynptr_from_mem data`,
    why: (type: string) =>
      `bpf_dynptr_from_mem makes dynptrs to map values only, because these stay where they are, and r1 is ${typeWords(type)}`,
    fix: 'look a map value up and make the dynptr to that',
  },
  'storage-flags': {
    errno: ERRNO.EINVAL,
    text: () => "get_local_storage() doesn't support non-zero flags",
    why: 'bpf_get_local_storage always returns a pointer, so it cannot say that it does not know a flag: r2 must be 0',
    fix: 'pass 0 as flags',
  },
  'retval-void': {
    errno: ERRNO.EINVAL,
    text: () => "BPF_LSM_CGROUP that attach to void LSM hooks can't modify return value!",
    why: 'the hook that the program is for returns nothing, so there is no result to set',
    fix: 'do without bpf_set_retval, or use a hook that can refuse',
  },
  'percpu-size': {
    errno: ERRNO.EINVAL,
    text: (type: string) => `unable to resolve the size of type '${type}': -22`,
    why: (type: string) => `nobody knows how many bytes a variable of type ${type} has`,
    fix: 'use a variable whose type is known: an integer or a struct',
  },
  'format-data': {
    errno: ERRNO.EINVAL,
    text: (_bytes: bigint) => '',
    why: (bytes: bigint) =>
      `the arguments of bpf_snprintf are an array of numbers of 8 bytes, and r5 says that it has ${bytes} bytes`,
    fix: 'make data_len a multiple of 8: the number of arguments times sizeof(__u64)',
  },
  format: {
    errno: ERRNO.EINVAL,
    text: () => 'Invalid format string',
    why: 'the format has a conversion that bpf_snprintf does not know, a character that does not print, or more conversions than there are arguments',
    fix: 'use %d %i %u %x %X (with l or ll), %s %c %p %pks %pus %px %pS %pi4 %pI4 %pi6 %pI6, one argument for each',
  },
} as const satisfies MessageTable;

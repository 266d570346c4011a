// Why programs are refused: those that are functions of a struct of the kernel.
import { ERRNO } from '../../errno.ts';
import type { MessageTable } from './row.ts';

const NAME_IT =
  'give the program a section struct_ops/NAME, and name it in a struct of the section .struct_ops';

export const STRUCT_OPS_MESSAGES = {
  'struct-ops-licence': {
    errno: ERRNO.EINVAL,
    text: () => 'struct ops programs must have a GPL compatible license',
    why: 'the program takes the place of a function of the kernel, so it must be under a licence that is compatible with the GPL',
    fix: 'declare the licence: char LICENSE[] SEC("license") = "GPL";',
  },
  'struct-ops-none': {
    errno: ERRNO.ENOTSUPP,
    text: () => '',
    why: 'the load does not say which struct of the kernel the program is a function of',
    fix: NAME_IT,
  },
  'struct-ops-struct': {
    errno: ERRNO.ENOTSUPP,
    text: (id: number, _struct: string) => `attach_btf_id ${id} is not a supported struct`,
    why: (_id: number, struct: string) =>
      `struct ${struct} is not one of those whose functions can be programs: the kernel has a struct bpf_struct_ops_NAME for each of them`,
    fix: 'use such a struct, tcp_congestion_ops for example',
  },
  'struct-ops-index': {
    errno: ERRNO.EINVAL,
    text: (index: number, struct: string) => `attach to invalid member idx ${index} of struct ${struct}`,
    why: (index: number, struct: string) => `struct ${struct} has no member ${index}, counted from 0`,
    fix: NAME_IT,
  },
  'struct-ops-member': {
    errno: ERRNO.EINVAL,
    text: (member: string, index: number, struct: string) =>
      `attach to invalid member ${member}(@idx ${index}) of struct ${struct}`,
    why: (member: string, _index: number, struct: string) =>
      `member ${member} of struct ${struct} is no function`,
    fix: NAME_IT,
  },
  'struct-ops-unsupported': {
    errno: ERRNO.ENOTSUPP,
    text: (member: string, struct: string) => `attach to unsupported member ${member} of struct ${struct}`,
    why: (member: string, struct: string) => `the kernel lets no program be ${member} of struct ${struct}`,
    fix: 'leave the member out: it is not needed',
  },
  'struct-ops-sleeps': {
    errno: ERRNO.EINVAL,
    text: (member: string, struct: string) => `attach to unsupported member ${member} of struct ${struct}`,
    why: (member: string, struct: string) =>
      `${member} of struct ${struct} is called where nothing may wait, and the program says that it may sleep`,
    fix: 'load the program without BPF_F_SLEEPABLE: SEC("struct_ops"), not SEC("struct_ops.s")',
  },
} as const satisfies MessageTable;

// Why programs are refused: btf.
import { walkErrorText, type WalkError } from '../../btf/walk.ts';
import { ERRNO } from '../../errno.ts';
import { FUNCTION_CALL_MESSAGES, FUNCTION_MESSAGES } from './btf-functions.ts';
import type { MessageTable } from './row.ts';

type Of<Kind extends WalkError['kind']> = WalkError & { readonly kind: Kind };

const READ_WITH_HELPER =
  'copy the bytes with bpf_probe_read_kernel, which checks the address when the program runs';

export const BTF_MESSAGES = {
  ...FUNCTION_MESSAGES,
  ...FUNCTION_CALL_MESSAGES,
  'btf-not-gpl': {
    errno: ERRNO.EINVAL,
    text: (struct: string) => `Cannot access kernel 'struct ${struct}' from non-GPL compatible program`,
    why: (struct: string) =>
      `the program is not under a GPL-compatible licence: only such programs may follow pointers to struct ${struct}`,
    fix: 'put the program under such a licence: char LICENSE[] SEC("license") = "GPL"',
  },
  'btf-negative': {
    errno: ERRNO.EACCES,
    text: (reg: number, struct: string, off: number) =>
      `R${reg} is ptr_${struct} invalid negative access: off=${off}`,
    why: (reg: number, struct: string, off: number) =>
      `r${reg} points to a struct ${struct}, and offset ${off} lies before it`,
    fix: 'access members of the struct only: offsets from 0 on',
  },
  'btf-variable': {
    errno: ERRNO.EACCES,
    text: (reg: number, struct: string, off: number, bits: string) =>
      `R${reg} is ptr_${struct} invalid variable offset: off=${off}, var_off=${bits}`,
    why: (reg: number, struct: string, _off: number, _bits: string) =>
      `the offset of r${reg} into struct ${struct} is not known before the program runs, so nobody can say which member it would meet`,
    fix: `access members at constant offsets; of an array, ${READ_WITH_HELPER}`,
  },
  'btf-other-memory': {
    errno: ERRNO.EACCES,
    text: (reg: number, struct: string, where: 'user' | 'percpu', off: number) =>
      `R${reg} is ptr_${struct} access ${where} memory: off=${off}`,
    why: (reg: number, struct: string, where: 'user' | 'percpu') =>
      where === 'user'
        ? `r${reg} points to a struct ${struct} in the memory of a process, which may be gone or change at any time`
        : `r${reg} names a struct ${struct} that each CPU has its own of: it is no address yet`,
    fix: (_reg: number, _struct: string, where: 'user' | 'percpu') =>
      where === 'user'
        ? 'copy the bytes with bpf_probe_read_user'
        : 'ask bpf_per_cpu_ptr or bpf_this_cpu_ptr for the address of one of them',
  },
  'btf-write': {
    errno: ERRNO.EACCES,
    text: (_struct: string) => 'only read is supported',
    why: (struct: string) => `struct ${struct} belongs to the kernel: programs may only read it`,
    fix: 'store into memory of your own: the stack, a map value, an object of bpf_obj_new',
  },
  'btf-write-member': {
    errno: ERRNO.EACCES,
    text: (struct: string, off: number) => `no write support to ${struct} at off ${off}`,
    why: (struct: string, off: number) =>
      `programs of this type may write some members of struct ${struct}, and none of these lies at offset ${off}`,
    fix: 'keep what you need to remember in a map',
  },
  'btf-write-beyond': {
    errno: ERRNO.EACCES,
    text: (struct: string, off: number, bytes: number, end: number) =>
      `write access at off ${off} with size ${bytes} beyond the member of ${struct} ended at ${end}`,
    why: (struct: string, off: number, bytes: number, end: number) =>
      `the member of struct ${struct} that begins at offset ${off} ends at ${end}, before ${bytes} bytes are written`,
    fix: 'store as many bytes as the member has',
  },
  'btf-no-struct': {
    errno: ERRNO.EINVAL,
    text: (error: Of<'no-struct'>) => walkErrorText(error),
    why: (error: Of<'no-struct'>) => `'${error.name}' is no struct, so it has no members to read`,
    fix: READ_WITH_HELPER,
  },
  'btf-beyond': {
    errno: ERRNO.EACCES,
    text: (error: Of<'beyond'>) => walkErrorText(error),
    why: ({ struct, off, bytes }: Of<'beyond'>) =>
      `${bytes} bytes at offset ${off} reach beyond the end of struct ${struct}`,
    fix: 'read a member of the struct; if its layout differs between kernels, read it with BPF_CORE_READ',
  },
  'btf-no-size': {
    errno: ERRNO.EFAULT,
    text: (error: Of<'no-size'>) => walkErrorText(error),
    why: ({ member }: Of<'no-size'>) => `the type of member ${member} has no size`,
    fix: 'read another member',
  },
  'btf-part-of-pointer': {
    errno: ERRNO.EACCES,
    text: (error: Of<'pointer'>) => walkErrorText(error),
    why: ({ struct, member, off, bytes }: Of<'pointer'>) =>
      `member ${member} of struct ${struct} is a pointer of 8 bytes: ${bytes} bytes at offset ${off} are only a part of it, or more`,
    fix: ({ at }: Of<'pointer'>) => `load all 8 bytes, at offset ${at}`,
  },
  'btf-member-end': {
    errno: ERRNO.EACCES,
    text: (error: Of<'member-end'>) => walkErrorText(error),
    why: ({ struct, member, at, off, bytes }: Of<'member-end'>) =>
      `${bytes} bytes at offset ${off} reach beyond member ${member} of struct ${struct}, which ends at byte ${at}`,
    fix: 'load one member at a time, with its own size',
  },
  'btf-no-member': {
    errno: ERRNO.EINVAL,
    text: (error: Of<'no-member'>) => walkErrorText(error),
    why: ({ struct, off }: Of<'no-member'>) =>
      `offset ${off} of struct ${struct} is a hole between members, or in the middle of a bit field`,
    fix: 'load a member from its own offset',
  },
} as const satisfies MessageTable;

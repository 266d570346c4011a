// Why programs are refused: variables and functions of the kernel that they name.
import { ERRNO } from '../../errno.ts';
import type { MessageTable } from './row.ts';

const BY_NAME = 'declare it with __ksym, and let the loader look its type up in the kernel';

export const SYMBOL_MESSAGES = {
  'symbol-unknown': {
    errno: ERRNO.ENOENT,
    text: (id: number) => `ldimm64 insn specifies invalid btf_id ${id}.`,
    why: (id: number) => `the kernel has no type ${id}`,
    fix: BY_NAME,
  },
  'symbol-kind': {
    errno: ERRNO.EINVAL,
    text: (id: number) => `pseudo btf_id ${id} in ldimm64 isn't KIND_VAR or KIND_FUNC`,
    why: (id: number) =>
      `type ${id} of the kernel is neither a variable nor a function, so it has no address`,
    fix: BY_NAME,
  },
  'symbol-size': {
    errno: ERRNO.EINVAL,
    text: (type: string) => `ldimm64 unable to resolve the size of type '${type}': -22`,
    why: (type: string) => `nobody knows how many bytes a variable of type ${type} has`,
    fix: 'use a variable whose type is known: an integer or a struct',
  },
} as const satisfies MessageTable;

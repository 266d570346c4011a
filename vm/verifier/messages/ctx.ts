// Why programs are refused: ctx.
import { ERRNO } from '../../errno.ts';
import type { Explanation } from '../ctx/explain.ts';
import { bytesWords } from './plain-words.ts';
import type { MessageTable } from './row.ts';

export const CTX_MESSAGES = {
  'ctx-access': {
    errno: ERRNO.EACCES,
    text: (off: number, bytes: number, _why: Explanation) =>
      `invalid bpf_context access off=${off} size=${bytes}`,
    why: (_off: number, _bytes: number, { why }: Explanation) => why,
    fix: (_off: number, _bytes: number, { fix }: Explanation) => fix,
  },
  'sock-access': {
    errno: ERRNO.EACCES,
    text: (reg: number, type: string, off: number, bytes: number) =>
      `R${reg} invalid ${type} access off=${off} size=${bytes}`,
    why: (reg: number, type: string, off: number, bytes: number) =>
      `r${reg} points to a ${type}, which has no field that ${bytesWords(bytes)} at offset ${off} could be loaded from`,
    fix: (_reg: number, type: string) =>
      type === 'sock_common'
        ? 'of a sock_common only the fields that every socket has can be read: bpf_sk_fullsock gives the others'
        : 'read a field at its own offset and with its own size',
  },
} as const satisfies MessageTable;

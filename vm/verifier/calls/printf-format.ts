// Formats of bpf_snprintf: which the kernel takes. @see kernel/bpf/helpers.c bpf_bprintf_prepare
import { formatIn } from '../../helpers/format-pieces.ts';

/** True when the format is one, and asks for at most `args` values. */
export function isFormat(format: Uint8Array, args: number): boolean {
  const { pieces, isWhole } = formatIn(format, 0, format.length);
  return isWhole && pieces.filter(({ conversion }) => conversion !== undefined).length <= args;
}

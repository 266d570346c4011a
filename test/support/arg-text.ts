// What a program puts into a register so that a helper takes it for an argument.
import { argRow, type HelperArg } from '../../vm/helpers/args.ts';

/** Insns that make 64 bytes of the stack, those below r10, zeroes: memory, keys and values lie there. */
export const ZEROES = Array.from({ length: 8 }, (_, i) => `*(u64 *)(r10 - ${8 * (i + 1)}) = 0`).join('\n');

/** Insns that put into r`reg` what the verifier takes for the argument, with the ctx in r6; undefined where it takes more than a line or two. */
export function argText(arg: HelperArg, reg: number, map: string): string | undefined {
  const { row } = argRow(arg);
  switch (row.kind) {
    case 'ctx':
      return `r${reg} = r6`;
    case 'map':
      return `r${reg} = map[${map}] ll`;
    case 'map_key':
    case 'map_value':
    case 'mem':
      return `r${reg} = r10\nr${reg} += -64`;
    case 'size':
    case 'alloc_size':
      return `r${reg} = 8`;
    case 'anything':
      return `r${reg} = 0`;
    default:
      return undefined;
  }
}

// Loads of what nobody changes any more: settings that stand in .rodata, and the like.
import type { FuncWriter } from './func-writer.ts';

const FIRST_KEY = new Uint8Array(4);

/** The number (s64) that the running load of `bytes` bytes finds in the value of a frozen map, at an address that the insns before it tell. */
export function constantLoad(
  { mode, numbers, pc, prog }: FuncWriter,
  bytes: number,
  signed: boolean,
): bigint | undefined {
  const { code, known } = prog;
  const base = numbers[code.src[pc]!];
  if (mode !== 'verified' || base === undefined || known?.facts[pc]?.pointer !== 'map_value')
    return undefined;
  const offset = Number(BigInt.asUintN(32, base)) + code.off[pc]!;
  for (const [{ constant }, map] of known.maps) {
    if (constant === undefined || map.kind !== 'array' || map.spec.maxEntries !== 1) continue;
    const at = offset - map.lookup(FIRST_KEY, 0, 0);
    if (at < 0 || at + bytes > constant.length) continue;
    let number = 0n;
    for (let i = bytes - 1; i >= 0; i--) number = (number << 8n) | BigInt(constant[at + i]!);
    return signed ? BigInt.asIntN(8 * bytes, number) : BigInt.asIntN(64, number);
  }
  return undefined;
}

// The Internet checksum as the kernel computes it: sums in one's complement, 32 bits wide, folded to 16 at the end.
// @see RFC 1071, include/net/checksum.h, arch/x86/lib/csum-partial_64.c

/** a + b in one's complement, u32. */
export function csumAdd(a: number, b: number): number {
  const sum = (a >>> 0) + (b >>> 0);
  return (sum > 0xffff_ffff ? sum - 0xffff_ffff : sum) >>> 0;
}

/** a - b in one's complement, u32. */
export function csumSub(a: number, b: number): number {
  return csumAdd(a, ~b);
}

/** The sum of `size` bytes at `at` as little endian words, the last filled up with zeroes, on top of `seed`; u32. */
export function csumPartial(view: DataView, at: number, size: number, seed: number): number {
  // Sums of 2 ** 20 words and a seed stay exact in a double; the carries are brought round at the end.
  let sum = seed >>> 0;
  const words = size & ~3;
  for (let i = 0; i < words; i += 4) {
    sum += view.getUint32(at + i, true);
    if (sum > MAX_EXACT) sum = endAround(sum);
  }
  for (let i = words; i < size; i++) sum += view.getUint8(at + i) * 2 ** (8 * (i - words));
  return endAround(sum);
}

const MAX_EXACT = 2 ** 52;
const WORD = 2 ** 32;

/** Brings the carries of a sum round: the u32 of the same value in one's complement, 0 for 0 only. */
function endAround(sum: number): number {
  let folded = sum;
  while (folded >= WORD) folded = (folded % WORD) + Math.floor(folded / WORD);
  return folded;
}

/** A u32 sum as u16, not inverted. */
export function csum16(sum: number): number {
  let folded = (sum & 0xffff) + (sum >>> 16);
  folded = (folded & 0xffff) + (folded >>> 16);
  return folded;
}

/** A u32 sum as it stands in a header: folded and inverted, u16. */
export function csumFold(sum: number): number {
  return ~csum16(sum) & 0xffff;
}

/** a + b of u16 values in one's complement. */
export function csum16Add(a: number, b: number): number {
  const sum = (a & 0xffff) + (b & 0xffff);
  return (sum + (sum >>> 16)) & 0xffff;
}

/** A header's checksum after a 32-bit field has changed. All in the byte order of the host, u16 and u32. */
export function csumReplace4(check: number, from: number, to: number): number {
  return csumFold(csumAdd(csumSub(~check, from), to)); // ~ of all 32 bits, as in the kernel: it decides between 0 and 0xffff
}

/** The same after a 16-bit field. */
export function csumReplace2(check: number, from: number, to: number): number {
  return ~csum16Add(csum16Add(~check, ~from), to) & 0xffff;
}

/** The same from a difference that bpf_csum_diff has computed. */
export function csumReplaceBy(check: number, diff: number): number {
  return csumFold(csumAdd(diff, ~check));
}

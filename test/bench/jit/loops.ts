// Programs that compute, and their twins in C (native-loops.c): what generated code costs against what a C compiler makes of the same work. r1 is the address of
// memory: u64 n, then 4096 bytes of data. Nobody verifies them: what they read is told by nothing but n.

/** A program measured. */
export interface Loop {
  /** Also the name of the function in C. */
  readonly name: string;
  /** What n is. */
  readonly n: number;
  /** What is done n times and is what the row is about; absent: insns. */
  readonly unit?: string;
  readonly text: string;
}

export const LOOPS: readonly Loop[] = [
  {
    name: 'xorshift64',
    n: 2_000_000,
    text: `r2 = *(u64 *)(r1 + 0)
r3 = 0x9e3779b97f4a7c15 ll
r0 = 0
again:
r4 = r3
r4 <<= 13
r3 ^= r4
r4 = r3
r4 >>= 7
r3 ^= r4
r4 = r3
r4 <<= 17
r3 ^= r4
r0 += r3
r2 -= 1
if r2 != 0 goto again
exit`,
  },
  {
    name: 'lcg32',
    n: 2_000_000,
    text: `r2 = *(u64 *)(r1 + 0)
w3 = 12345
w0 = 0
again:
w3 *= 1664525
w3 += 1013904223
w4 = w3
w4 >>= 16
w0 ^= w4
w2 -= 1
if w2 != 0 goto again
exit`,
  },
  {
    name: 'sum64',
    n: 4000,
    text: `r2 = *(u64 *)(r1 + 0)
r1 += 8
r0 = 0
round:
r3 = r1
r4 = 512
again:
r5 = *(u64 *)(r3 + 0)
r0 += r5
r3 += 8
r4 -= 1
if r4 != 0 goto again
r2 -= 1
if r2 != 0 goto round
exit`,
  },
  {
    name: 'fnv8',
    n: 500,
    text: `r2 = *(u64 *)(r1 + 0)
r1 += 8
r0 = 0xcbf29ce484222325 ll
r6 = 0x100000001b3 ll
round:
r3 = r1
r4 = 4096
again:
r5 = *(u8 *)(r3 + 0)
r0 ^= r5
r0 *= r6
r3 += 1
r4 -= 1
if r4 != 0 goto again
r2 -= 1
if r2 != 0 goto round
exit`,
  },
  {
    name: 'stack_slots',
    n: 1_000_000,
    text: `r2 = *(u64 *)(r1 + 0)
r0 = 0
*(u64 *)(r10 - 8) = 0
*(u32 *)(r10 - 16) = 7
again:
r3 = *(u64 *)(r10 - 8)
r4 = *(u32 *)(r10 - 16)
r3 += r4
*(u64 *)(r10 - 8) = r3
r4 += 3
*(u32 *)(r10 - 16) = r4
r2 -= 1
if r2 != 0 goto again
r0 = *(u64 *)(r10 - 8)
exit`,
  },
  {
    name: 'primes',
    n: 20_000,
    text: `r6 = *(u64 *)(r1 + 0)
r0 = 0
r7 = 2
number:
if r7 >= r6 goto done
r2 = 2
try:
r3 = r2
r3 *= r3
if r3 > r7 goto prime
r4 = r7
r4 %= r2
if r4 == 0 goto next
r2 += 1
goto try
prime:
r0 += 1
next:
r7 += 1
goto number
done:
exit`,
  },
  {
    name: 'fibonacci',
    n: 5_000_000,
    text: `r2 = *(u64 *)(r1 + 0)
r0 = 0
r3 = 1
again:
r4 = r0
r4 += r3
r0 = r3
r3 = r4
r2 -= 1
if r2 != 0 goto again
exit`,
  },
  {
    name: 'collatz',
    n: 8000,
    text: `r6 = *(u64 *)(r1 + 0)
r0 = 0
number:
r2 = r6
step:
if r2 == 1 goto next
r0 += 1
r3 = r2
r3 &= 1
if r3 != 0 goto odd
r2 >>= 1
goto step
odd:
r3 = r2
r3 <<= 1
r2 += r3
r2 += 1
goto step
next:
r6 -= 1
if r6 != 0 goto number
exit`,
  },
  {
    name: 'atomics',
    n: 500_000,
    text: `r2 = *(u64 *)(r1 + 0)
r3 = 3
*(u64 *)(r10 - 8) = 0
again:
lock *(u64 *)(r10 - 8) += r3
r4 = 1
r4 = atomic_fetch_add((u64 *)(r10 - 8), r4)
r2 -= 1
if r2 != 0 goto again
r0 = *(u64 *)(r10 - 8)
exit`,
  },
  {
    name: 'calls',
    n: 1_000_000,
    unit: 'call',
    text: `r6 = *(u64 *)(r1 + 0)
r7 = 0
again:
r1 = r7
call add_one
r7 = r0
r6 -= 1
if r6 != 0 goto again
r0 = r7
exit
add_one:
r0 = r1
r0 += 1
exit`,
  },
];

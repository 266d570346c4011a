// Measures the verifier and prints what it found, beside what a kernel takes to verify and compile the same; run by verifier.bench.ts in a process of
// its own.
import { assembleObject } from '../../vm/index.ts';
import { kernelTypes } from '../../vm/btf/kernel-types.ts';
import { inputOf } from '../../vm/verifier/input-of.ts';
import { verify } from '../../vm/verifier/walk/verify.ts';

/** A program, the insns that Linux 6.18 walks of it, and the milliseconds that BPF_PROG_LOAD took there (minimum; x86-64, JIT on, log off). */
interface WalkCase {
  readonly name: string;
  readonly text: string;
  readonly insns: number;
  readonly kernelMs: number;
}

/** Each branch may be taken or not, and both come together at once. */
function branchy(branches: number): string {
  const body = Array.from(
    { length: branches },
    (_, i) => `r2 = *(u32 *)(r6 + 8)\nif r2 > ${7 * i + 1} goto +1\nr0 += 1\nr0 ^= ${i}`,
  );
  return ['r6 = r1', 'r0 = 0', ...body, 'r0 = 0', 'exit'].join('\n');
}

/** Counts in a map, over and over. */
function mapsy(lookups: number): string {
  const body = Array.from(
    { length: lookups },
    (_, i) => `*(u32 *)(r10 - 4) = ${i % 256}
r2 = r10
r2 += -4
r1 = counts ll
call map_lookup_elem
if r0 == 0 goto +3
r1 = *(u64 *)(r0 + 0)
r1 += 1
*(u64 *)(r0 + 0) = r1
r7 = *(u32 *)(r6 + 8)`,
  );
  return ['r6 = r1', ...body, 'r0 = 0', 'exit'].join('\n');
}

function straight(insns: number): string {
  return ['r0 = 0', ...Array.from({ length: insns - 2 }, () => 'r0 += 1'), 'exit'].join('\n');
}

const LOOP = `r2 = *(u32 *)(r1 + 8)
r0 = 0
r6 = 0
loop:
r0 += r6
r0 ^= r2
r0 <<= 1
r6 += 1
if r6 < 100000 goto loop
r0 = 0
exit`;

const WALKS: readonly WalkCase[] = [
  { name: 'branchy 1000', text: branchy(249), insns: 1871, kernelMs: 1.56 },
  { name: 'branchy 4000', text: branchy(999), insns: 7496, kernelMs: 6.7 },
  { name: 'mapsy 1000', text: mapsy(90), insns: 992, kernelMs: 1.18 },
  { name: 'mapsy 4000', text: mapsy(363), insns: 3994, kernelMs: 10.8 },
  { name: 'straight 4000', text: straight(4000), insns: 4000, kernelMs: 1.73 },
  { name: 'loop 100k', text: LOOP, insns: 500_005, kernelMs: 270 },
];

/** Each program is verified at least so often, and for so long: the engine warms up. */
const ROUNDS = 3;
const WARM_MS = 1000;

for (const { name, text, insns, kernelMs } of WALKS) {
  const source = `.map counts array key=4 value=8 entries=256\n.section "tc"\nmain:\n${text}\n`;
  const object = assembleObject(source, name);
  const input = inputOf(object, { ...object.progs[0]!, type: 'sched_cls' }, kernelTypes());
  let best = Infinity;
  let first = 0;
  let walked = 0;
  const begin = performance.now();
  for (let round = 0; round < ROUNDS || performance.now() - begin < WARM_MS; round++) {
    const start = performance.now();
    const { refusal, stats } = verify(input);
    const ms = performance.now() - start;
    if (round === 0) first = ms;
    best = Math.min(best, ms);
    walked = stats.insns;
    if (refusal !== undefined) throw refusal;
  }
  if (walked !== insns) throw new Error(`${name}: ${walked} insns walked, not ${insns}`);
  const each = ((1e6 * best) / walked).toFixed(0);
  process.stdout.write(
    `${name}: ${best.toFixed(2)} ms (the first time ${first.toFixed(1)}), ${walked} insns walked, ${each} ns each; Linux ${kernelMs} ms, ratio ${(best / kernelMs).toFixed(1)}\n`,
  );
}

// What it takes until a program runs: verification left out, from the loaded program to the end of its first run. `first` in a fresh process: the JIT's own code
// is cold, as is the host's compiler.
import { assembleObject, createMachine, type ObjectSpec } from '../../../vm/index.ts';

const INSNS = 200;
const ROUNDS = 60;

/** A program of INSNS insns, or a few more: look-ups in a hash, branches on what they find, arithmetic. Each has another number, so that no host knows its code. */
function program(number: number): ObjectSpec {
  const lines: string[] = ['r6 = 3', `r7 = ${number}`];
  for (let i = 0; lines.length < INSNS - 10; i++) {
    lines.push(
      `r6 += ${i + number}`,
      `r6 ^= r7`,
      `*(u32 *)(r10 - 4) = r6`,
      'r2 = r10',
      'r2 += -4',
      'r1 = map[counts] ll',
      'call map_lookup_elem',
      `if r0 == 0 goto skip${i}`,
      'r1 = *(u64 *)(r0 + 0)',
      `r1 += ${i}`,
      '*(u64 *)(r0 + 0) = r1',
      `skip${i}:`,
      'r7 <<= 1',
      `if r6 > ${1000 + i} goto +1`,
      'r7 += r6',
    );
  }
  const text = `.map counts hash key=4 value=8 entries=64\n.section "socket"\nmain:\n${lines.join('\n')}\nr0 = r7\nexit`;
  return assembleObject(text, `compiled ${number}`);
}

/** ms from a loaded program to the end of its first run. */
function firstRunMs(number: number): number {
  const machine = createMachine({
    cpus: 1,
    limitInsns: 1_000_000,
    engine: 'jit',
    onPrintk: () => {},
    onFault: ({ message }) => {
      throw new Error(message);
    },
  });
  const { progs } = machine.load(program(number));
  const start = performance.now();
  const { errno } = machine.testRun(progs[0]!, { data: new Uint8Array(64) });
  const ms = performance.now() - start;
  if (errno !== 0) throw new Error(`errno ${errno}`);
  return ms;
}

const first = firstRunMs(0);
const warm = Array.from({ length: ROUNDS }, (_, i) => firstRunMs(i + 1)).toSorted((a, b) => a - b);
process.stdout.write(
  `a program of ${INSNS} insns, compiled and run once: ${first.toFixed(1)} ms in a fresh process, ${warm[0]!.toFixed(2)} ms at best and ${warm[ROUNDS / 2]!.toFixed(2)} ms in the middle when warm\n`,
);

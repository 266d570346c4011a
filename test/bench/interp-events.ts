// Measures the interpreter and prints what it found; run by interp.bench.ts in a process of its own.
//
// Each call is an enter and an exit of a mixed workload: one in eight prints (a read of 832 bytes), one in eight is an mmap, which prints too. Programs in
// assembly and, where there is one of that name, the sample in C: what clang makes of it reads the kernel's structures through helpers.
import { openProgram, readProgram } from '../../backend/library/programs.ts';
import { assembleObject, createMachine, type ObjectSpec, type SyscallPoint } from '../../vm/index.ts';
import { ASM_SAMPLES } from '../support/asm-samples/index.ts';

const CALLS = 300_000;
const ROUNDS = 3;

function callOf(nr: number, ...values: readonly bigint[]): SyscallPoint {
  const args = new Uint8Array(48);
  for (const [i, value] of values.entries()) new DataView(args.buffer).setBigUint64(8 * i, value, true);
  const comm = new TextEncoder().encode('dd');
  return { nr, audit: 0xc000_003e, args, ret: 0n, tid: 0, tgid: 0, comm, cpu: 0, atNs: 0, memory: () => [] };
}

const WORKLOAD = [
  callOf(0, 3n, 0x7000n, 4096n),
  callOf(1, 1n, 0x7000n, 100n),
  callOf(257),
  callOf(3, 4n),
  callOf(0, 3n, 0x7000n, 832n),
  callOf(9),
  callOf(262),
  callOf(5),
];

const { tracex5, syscount, latency } = ASM_SAMPLES;
const inAsm = ({ name, source }: { name: string; source: string }): ObjectSpec =>
  assembleObject(source, name);
const inC = (name: string): ObjectSpec => openProgram(readProgram(name)).spec;

const ROWS: Readonly<Record<string, readonly ObjectSpec[]>> = {
  tracex5: [inAsm(tracex5)],
  'tracex5 in C': [inC('tracex5')],
  syscount: [inAsm(syscount)],
  'syscount in C': [inC('syscount')],
  latency: [inAsm(latency)],
  'latency in C, of reads': [inC('latency')],
  'tracex5 + syscount + latency': [tracex5, syscount, latency].map(inAsm),
};

for (const [what, objects] of Object.entries(ROWS)) {
  const machine = createMachine({ cpus: 2, limitInsns: 1_000_000, onPrintk: () => {}, onFault: () => {} });
  for (const object of objects) machine.attachAll(machine.load(object));
  let best = 0;
  let insns = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const before = machine.insnsRun;
    const start = performance.now();
    for (let i = 0; i < CALLS; i++) {
      const point = WORKLOAD[i % WORKLOAD.length]!;
      point.tid = 100 + (i % 16);
      point.atNs += 900;
      machine.enter(point);
      point.atNs += 700;
      machine.exit(point);
    }
    best = Math.max(best, (CALLS / (performance.now() - start)) * 1000);
    insns = (machine.insnsRun - before) / CALLS;
  }
  const rate = Math.round(best).toLocaleString('en-US');
  process.stdout.write(`${what}: ${rate} calls/s, ${insns.toFixed(1)} insns a call\n`);
}

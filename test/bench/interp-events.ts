// Measures the interpreter and prints what it found; run by interp.bench.ts in a process of its own.
//
// Each call is an enter and an exit of a mixed workload: one in eight prints (a read of 832 bytes), one in eight is an mmap, which prints too.
import { assembleObject, createMachine, SAMPLES, type SyscallPoint } from '../../vm/index.ts';

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

for (const names of [['tracex5'], ['syscount'], ['latency'], ['tracex5', 'syscount', 'latency']]) {
  const machine = createMachine({ cpus: 2, limitInsns: 1_000_000, onPrintk: () => {}, onFault: () => {} });
  for (const name of names) machine.attachAll(machine.load(assembleObject(SAMPLES[name]!.source, name)));
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
  process.stdout.write(`${names.join(' + ')}: ${rate} calls/s, ${insns.toFixed(1)} insns a call\n`);
}

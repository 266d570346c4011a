// What the JIT takes for the programs of kernel-rows.ts: events handed over in batches, as a replay hands them over, each running the program once.
import type { EventBatch } from '../../../vm/kernel/event-batch.ts';
import { createMachine, type BpfMap, type Machine } from '../../../vm/index.ts';
import { KERNEL_ROWS, rowObject, TRIVIAL, type KernelRow } from './kernel-rows.ts';

const SECTION = 'raw_tp/sys_enter';
const ROUNDS = 400;
/** AUDIT_ARCH_X86_64. */
const AUDIT = 0xc000_003e;
const NUMBERS = 512;
const FIXED_NR = 1;
const LIMIT_INSNS = 1_000_000;
const ARGS = 6;

function fill(map: BpfMap, count: number): void {
  for (let i = 0; i < count; i++) {
    const key = new Uint8Array(map.spec.keySize);
    new DataView(key.buffer).setUint32(0, i, true);
    if (map.update(key, new Uint8Array(map.spec.valueSize), 0) !== 0) throw new Error(`key ${i}`);
  }
}

/** A machine with the program of a row attached. */
function rig(row: KernelRow): {
  readonly machine: Machine;
  readonly batch: EventBatch;
  readonly drain: () => void;
} {
  const object = rowObject(row, SECTION);
  const machine = createMachine({
    cpus: 1,
    limitInsns: LIMIT_INSNS,
    engine: 'jit',
    onPrintk: () => {},
    onFault: ({ message }) => {
      throw new Error(`${row.name}: ${message}`);
    },
  });
  const loaded = machine.load(object);
  machine.attach(loaded.progs[0]!);
  for (const [name, count] of Object.entries(row.filled ?? {}))
    fill(
      loaded.maps.find(({ spec }) => spec.name === name)!,
      count,
    );
  const ring = loaded.maps.find(({ spec }) => spec.name === row.drained);
  const { batch } = machine;
  if (batch === undefined) throw new Error(`${row.name}: no batches`);
  return { machine, batch, drain: () => void ring?.consume(() => {}) };
}

/** The least ns of an event. */
function nsOf(row: KernelRow): number {
  const { batch, drain } = rig(row);
  const { rows } = batch;
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const columns = batch.columns();
    const comm = batch.name(new TextEncoder().encode('bench'));
    let nr = FIXED_NR;
    for (let i = 0; i < rows; i++) {
      columns.plan[i] = batch.plan('enter', AUDIT, nr);
      columns.nr[i] = nr;
      columns.audit[i] = AUDIT;
      columns.comm[i] = comm;
      columns.atNs[i] = round * rows + i;
      if (row.varied === true) nr = (nr * 5 + 17) % NUMBERS;
    }
    columns.args.fill(0n, 0, rows * ARGS);
    const start = performance.now();
    const done = batch.run(0, rows, () => {
      throw new Error(`${row.name}: asked for a whole point`);
    });
    const ns = ((performance.now() - start) * 1e6) / rows;
    if (done !== rows) throw new Error(`${row.name}: ${done} of ${rows} rows`);
    least = Math.min(least, ns);
    drain();
  }
  return least;
}

/** What the JIT takes: ns of an event, and of an operation of it (what `return 0` takes left out), by row; `return 0` under its own name. */
export function batchNs(): ReadonlyMap<string, { readonly event: number; readonly each: number }> {
  const trivial = nsOf(TRIVIAL);
  const rows = KERNEL_ROWS.map((row) => {
    const event = nsOf(row);
    return [row.name, { event, each: Math.max(0, event - trivial) / row.ops }] as const;
  });
  return new Map([[TRIVIAL.name, { event: trivial, each: trivial }], ...rows]);
}

// What the JIT takes for the programs of kernel-rows.ts: events handed over in batches, as a replay hands them over, each running the program once.
import { createMachine, type BpfMap, type Machine } from '../../../vm/index.ts';
import { KERNEL_ROWS, rowObject, TRIVIAL, type KernelRow } from './kernel-rows.ts';

const SECTION = 'raw_tp/sys_enter';
/** Batches: more where many programs are to be optimised, fewer where a run is long. */
const ROUNDS = 400;
const VARIED_ROUNDS = 2000;
const LONG_ROUNDS = 60;
const LONG_OPS = 50;
/** AUDIT_ARCH_X86_64. */
const AUDIT = 0xc000_003e;
const NUMBERS = 512;
const FIXED_NR = 1;
const LIMIT_INSNS = 1_000_000;
const ARGS = 6;
/** Rows that are measured with hits counted too. */
const PROFILED = ['dispatch to a hash counter, fixed nr', 'bpf_get_prandom_u32 in a loop'];

function fill(map: BpfMap, count: number): void {
  for (let i = 0; i < count; i++) {
    const key = new Uint8Array(map.spec.keySize);
    new DataView(key.buffer).setUint32(0, i, true);
    if (map.update(key, new Uint8Array(map.spec.valueSize), 0) !== 0) throw new Error(`key ${i}`);
  }
}

/** What a row takes, in ns. */
export interface BatchSpeed {
  /** An event. */
  readonly event: number;
  /** An operation of it, what `return 0` takes left out. */
  readonly each: number;
  /** Events until a batch is nearly as fast as the fastest, and the ms that the JIT spent on them, its compiling included. */
  readonly warmEvents: number;
  readonly warmMs: number;
}

/** A batch is nearly as fast: at most so many times the least. */
const NEARLY = 1.25;

/** A machine with the program of a row attached. */
function rig(
  row: KernelRow,
  profile: boolean,
): {
  readonly machine: Machine;
  readonly drain: () => void;
} {
  const object = rowObject(row, SECTION);
  const machine = createMachine({
    cpus: 1,
    limitInsns: LIMIT_INSNS,
    engine: 'jit',
    profile,
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
  return { machine, drain: () => void ring?.consume(() => {}) };
}

/** What a row takes; `trivial`: ns of an event that does nothing. */
function speedOf(row: KernelRow, trivial: number, profile = false): BatchSpeed {
  const { machine, drain } = rig(row, profile);
  const linking = performance.now();
  const { batch } = machine;
  if (batch === undefined) throw new Error(`${row.name}: no batches`);
  const spent = [performance.now() - linking];
  const { rows } = batch;
  let nr = FIXED_NR;
  const usual = row.varied === true ? VARIED_ROUNDS : ROUNDS;
  const rounds = row.ops > LONG_OPS ? LONG_ROUNDS : usual;
  for (let round = 0; round < rounds; round++) {
    const columns = batch.columns();
    const comm = batch.name(new TextEncoder().encode('bench'));
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
    spent.push(performance.now() - start);
    if (done !== rows) throw new Error(`${row.name}: ${done} of ${rows} rows`);
    drain();
  }
  const least = Math.min(...spent.slice(1));
  const warm = spent.findIndex((ms, i) => i > 0 && ms <= NEARLY * least);
  const event = (least * 1e6) / rows;
  return {
    event,
    each: Math.max(0, event - trivial) / row.ops,
    warmEvents: warm * rows,
    warmMs: spent.slice(0, warm).reduce((sum, ms) => sum + ms, 0),
  };
}

/** What the JIT takes by row, `return 0` among them. */
export function batchSpeeds(): ReadonlyMap<string, BatchSpeed> {
  const trivial = speedOf(TRIVIAL, 0);
  const rows = KERNEL_ROWS.map((row): [string, BatchSpeed] => [row.name, speedOf(row, trivial.event)]);
  return new Map([[TRIVIAL.name, trivial], ...rows]);
}

/** ns of an event of some rows while hits are counted, and without, side by side. */
export function profileNs(): readonly { readonly name: string; readonly off: number; readonly on: number }[] {
  return PROFILED.map((name) => {
    const row = KERNEL_ROWS.find((one) => one.name === name)!;
    return { name, off: speedOf(row, 0).event, on: speedOf(row, 0, true).event };
  });
}

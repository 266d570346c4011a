// Memory that grows while somebody is told of lines, records and faults: all that waits is told, as the interpreter tells it.
import { expect, test } from 'vitest';
import type { EngineName, Machine, SyscallPoint } from '../../../../vm/index.ts';
import { loadText, pointOf, rig } from '../../../support/machine.ts';

/** More than memory has room for, even where it grows by an eighth more than it was asked to. */
const LARGE = { name: 'large', type: 'array', keySize: 4, valueSize: 4096, maxEntries: 4000, flags: 0 };
const POINTS = 5;

function say(number: number): string {
  return `r1 = 0x6425 ll
*(u64 *)(r10 - 8) = r1
r1 = r10
r1 += -8
r2 = 3
r3 = ${number}
call trace_printk
`;
}

const TALKER = `.section "raw_tp/sys_enter"
main:
${say(1)}${say(2)}${say(3)}r0 = 5
exit
`;

const SENDER = `.map out ringbuf key=0 value=0 entries=4096
.section "raw_tp/sys_enter"
main:
${say(7)}r1 = map[out] ll
r2 = r10
r2 += -8
r3 = 8
r4 = 0
call ringbuf_output
r0 = 0
exit
`;

/** Lines of a run; each makes memory grow. */
function linesOf(engine: EngineName): unknown {
  const lines: string[] = [];
  const { machine, faults } = rig({
    engine,
    onPrintk({ text }) {
      lines.push(text);
      machine.bpf.mapCreate(LARGE);
    },
  });
  const object = loadText(machine, TALKER);
  const { retval, insns } = machine.testRun(object.progs[0]!, { ctx: new Uint8Array(16) });
  return { lines, faults, retval, insns };
}

test('lines that wait are told while memory grows', () => {
  const seen = linesOf('jit');
  expect(seen).toEqual(linesOf('interp'));
  expect(seen).toMatchObject({ lines: ['1', '2', '3'], faults: [], retval: 5 });
});

/** Lines and records of points, in their order, in a batch where `isBatch`; each line makes memory grow. */
function heardOf(isBatch: boolean): unknown {
  const heard: string[] = [];
  const { machine, faults } = rig({
    engine: 'jit',
    onPrintk({ text }) {
      heard.push(`line ${text}`);
      machine.bpf.mapCreate(LARGE);
    },
  });
  const object = loadText(machine, SENDER);
  machine.attachAll(object);
  const out = object.maps[0]!;
  const drain = (): void => {
    out.consume(({ kind }) => heard.push(kind));
  };
  const points = Array.from({ length: POINTS }, (_, i) => pointOf({ atNs: i }));
  if (isBatch) runRows(machine, points, drain);
  else {
    for (const point of points) {
      machine.enter(point);
      drain();
    }
  }
  return { heard, faults };
}

function runRows(machine: Machine, points: readonly SyscallPoint[], drain: () => void): void {
  const batch = machine.batch!; // programs that print and send are handed over many at once
  const columns = batch.columns();
  for (const [row, { nr, audit, tid, tgid, comm, cpu, atNs }] of points.entries()) {
    columns.plan[row] = batch.plan('enter', audit, nr);
    columns.nr[row] = nr;
    columns.audit[row] = audit;
    columns.tid[row] = tid;
    columns.tgid[row] = tgid;
    columns.comm[row] = batch.name(comm);
    columns.cpu[row] = cpu;
    columns.atNs[row] = atNs;
  }
  let from = 0;
  while (from < points.length)
    from += batch.run(from, points.length, (row, point) => Object.assign(point, points[row]), drain);
}

test('lines and records of a batch are told while memory grows', () => {
  const seen = heardOf(true);
  expect(seen).toEqual(heardOf(false));
  const heard = Array.from({ length: POINTS }, () => ['line 7', 'sample']).flat();
  expect(seen).toEqual({ heard, faults: [] });
});

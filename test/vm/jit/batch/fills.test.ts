// What a hook writes at a point, by JavaScript and by code that is made of the same steps: the same bytes at the same places.
import { describe, expect, test } from 'vitest';
import { MACHINE_SYSCALLS } from '../../../../traces/index.ts';
import { KERNELS, type Kernel, type SyscallPoint } from '../../../../vm/index.ts';
import { partsOf, writeConstants, writeStep } from '../../../../vm/jit/batch/fill-code.ts';
import { BATCH_ROWS } from '../../../../vm/jit/batch/layout.ts';
import { BatchRows } from '../../../../vm/jit/batch/rows.ts';
import { emptyPoint } from '../../../../vm/kernel/point.ts';
import { CodeWriter } from '../../../../vm/jit/wasm/code-writer.ts';
import { writeModule } from '../../../../vm/jit/wasm/module-writer.ts';
import { parseHookSection } from '../../../../vm/kernel/hook-sections.ts';
import { placesOf, type CallPlace } from '../../../../vm/kernel/hooks.ts';
import { KernelMemory } from '../../../../vm/kernel/kernel-memory.ts';
import { SyscallIndex } from '../../../../vm/kernel/syscalls.ts';
import { EVENT_AT, LinearMemory } from '../../../../vm/memory/linear.ts';
import { createWasmTable, instantiate } from '../../../../vm/memory/wasm.ts';
import { Random, seedOf } from '../../../support/seed.ts';

const SEED = seedOf(77);
const NEW: Kernel = KERNELS['linux-6.12'];
const OLD: Kernel = KERNELS['linux-4.14'];
/** What these hooks write of the event lies in here. */
const EVENT_BYTES = 0x400;
const AUDITS = [0xc000_003e, 0x4000_0003, 0xc000_00b7];

const SECTIONS = [
  ['raw_tp/sys_enter', NEW],
  ['raw_tp/sys_exit', NEW],
  ['tp_btf/sys_enter', NEW],
  ['tp_btf/sys_exit', NEW],
  ['tp/raw_syscalls/sys_enter', NEW],
  ['tp/raw_syscalls/sys_exit', NEW],
  ['tp/syscalls/sys_enter_openat', NEW],
  ['tp/syscalls/sys_enter_getpid', NEW],
  ['tp/syscalls/sys_exit_read', NEW],
  ['kprobe/__seccomp_filter', NEW],
  ['kprobe/__seccomp_filter', OLD],
  ['kretprobe/__seccomp_filter', NEW],
  ['kprobe/__x64_sys_openat', NEW],
  ['kprobe/__se_sys_mmap', NEW],
  ['kprobe/sys_openat', OLD],
  ['kprobe/do_sys_open', NEW],
  ['kretprobe/__x64_sys_openat', NEW],
  ['fentry/__x64_sys_openat', NEW],
  ['fexit/__se_sys_openat', NEW],
  ['fexit/__seccomp_filter', NEW],
  ['fmod_ret/__x64_sys_openat', NEW],
] as const;

function callPlaces(section: string, kernel: Kernel): readonly CallPlace[] {
  const found = placesOf(parseHookSection(section)!, {
    kernel,
    syscalls: new SyscallIndex(MACHINE_SYSCALLS),
  });
  if (!('places' in found)) throw new Error(`${section}: ${JSON.stringify(found)}`);
  return found.places as readonly CallPlace[];
}

/** A function that fills the ctx of a place from a row. */
function codeOf(memory: LinearMemory, { steps }: CallPlace): (row: number) => void {
  const code = new CodeWriter('fill', 'i32 -> ', ['row']);
  const { constants, rest } = partsOf(steps!);
  writeConstants(code, constants);
  for (const step of rest) writeStep(code, 0, step);
  const { bytes } = writeModule({ imports: [], functions: [code.finish()], exports: ['fill'], pages: 1 });
  return instantiate(bytes, { memory: memory.wasm, table: createWasmTable(1) })['fill'] as (
    row: number,
  ) => void;
}

function randomPoint(random: Random): SyscallPoint {
  const point = emptyPoint();
  for (let i = 0; i < point.args.length; i++) point.args[i] = random.below(256);
  point.nr = random.below(8) === 0 ? -1 : random.below(500);
  point.audit = random.pick(AUDITS);
  point.ret = BigInt.asIntN(64, random.u64());
  return point;
}

/** Fills a row of the columns as a point says. */
function putRow(rows: BatchRows, row: number, point: SyscallPoint): void {
  const { nr, audit, args, ret } = rows.columns;
  nr[row] = point.nr;
  audit[row] = point.audit;
  args.set(new BigUint64Array(point.args.slice().buffer), 6 * row);
  ret[row] = point.ret;
}

describe(`fills (seed ${SEED})`, () => {
  test.each(SECTIONS)('%s', (section, kernel) => {
    const random = new Random(SEED);
    const memory = new LinearMemory();
    const rows = new BatchRows(memory);
    const structures = new KernelMemory(memory, emptyPoint(), kernel);
    const event = (): Uint8Array => memory.u8.slice(EVENT_AT, EVENT_AT + EVENT_BYTES);
    for (const place of callPlaces(section, kernel)) {
      const byCode = codeOf(memory, place);
      const { fill: byPoint } = place;
      for (let i = 0; i < 20; i++) {
        const point = randomPoint(random);
        const row = random.below(BATCH_ROWS);
        const rubbish = random.below(256);
        putRow(rows, row, point);
        memory.u8.fill(rubbish, EVENT_AT, EVENT_AT + EVENT_BYTES);
        structures.begin(point, point);
        byPoint(memory, structures, point);
        const expected = event();
        memory.u8.fill(rubbish, EVENT_AT, EVENT_AT + EVENT_BYTES);
        byCode(row);
        expect(event()).toEqual(expected);
      }
    }
  });

  test.each([
    ['kprobe/do_filp_open', 'memory'],
    ['kprobe/do_sys_openat2', 'memory'],
    ['kprobe/do_unlinkat', 'memory'],
    ['kprobe/vfs_read', 'facts'],
    ['kprobe/__x64_sys_read', 'numbers'],
  ])('%s asks for %s', (section, wants) => {
    expect(new Set(callPlaces(section, NEW).map((place) => place.wants))).toContain(wants);
  });
});

// Batches as their users see them: when there are any, what they take, and what is left behind when something goes wrong.
import { describe, expect, test } from 'vitest';
import { MACHINE_SYSCALLS } from '../../../../traces/index.ts';
import { assembleObject } from '../../../../vm/index.ts';
import { PT_REGS } from '../../../../vm/kernel/pt-regs.ts';
import { pointOf, rig, u32 } from '../../../support/machine.ts';

const COUNT = `.license GPL\n.map counts array key=4 value=8 entries=1\n.section "raw_tp/sys_enter"
    count:\n*(u32 *)(r10 - 4) = 0\nr2 = r10\nr2 += -4\nr1 = map[counts] ll\ncall map_lookup_elem\nif r0 == 0 goto out
    r1 = *(u64 *)(r0 + 0)\nr1 += 1\n*(u64 *)(r0 + 0) = r1\nout:\nr0 = 0\nexit`;
const PRINT = `.license GPL\n.section "raw_tp/sys_enter"
    say:\n*(u64 *)(r10 - 8) = 0x6968\nr1 = r10\nr1 += -8\nr2 = 3\ncall trace_printk\nr0 = 0\nexit`;
/** Jumps to slot 0, which `one` stands in. */
const JUMP = `.license GPL\n.map table prog_array key=4 value=4 entries=2\n.slot table 0 one
    .section "raw_tp/sys_enter"\nmain:\nr2 = map[table] ll\nr3 = 0\ncall tail_call\nr0 = 0\nexit
    ${['one', 'two'].map((name) => `.section "raw_tp"\n${name}:\nr0 = 0\nexit`).join('\n')}
    .section "raw_tp"\nasks:\ncall get_current_uid_gid\nexit`;
const fill = (): void => {};
const nameOf = (i: number): Uint8Array => new TextEncoder().encode(`thread ${i}`);

/** Rows that all programs of the enter run at. */
function fillRows(batch: NonNullable<ReturnType<typeof rig>['machine']['batch']>, rows: number): void {
  const columns = batch.columns();
  const comm = batch.name(pointOf().comm);
  for (let row = 0; row < rows; row++) {
    columns.plan[row] = batch.plan('enter', pointOf().audit, 0);
    columns.comm[row] = comm;
    columns.atNs[row] = row;
  }
}

/** Copies the registers behind the ctx into a map, one by one and two at a time. */
function copyRegs(section: string, load: string): string {
  const reads = Array.from({ length: 41 }, (_, i) => {
    const [reg, bytes] = i < 21 ? [i, 8] : [i - 21, 16];
    return `r1 = r7\nr1 += ${16 * i}\nr2 = ${bytes}\nr3 = r6\nr3 += ${8 * reg}\ncall probe_read_kernel`;
  });
  return `.license GPL\n.map copied array key=4 value=656 entries=1\n.section "${section}"\ncopy:\n${load}
    *(u32 *)(r10 - 4) = 0\nr2 = r10\nr2 += -4\nr1 = map[copied] ll\ncall map_lookup_elem\nif r0 == 0 goto out\nr7 = r0
    ${reads.join('\n')}\nout:\nr0 = 0\nexit`;
}

describe('registers of a call, of each ABI', () => {
  test.each(
    (
      ['kprobe/__x64_sys_read', 'kprobe/__ia32_sys_read', 'raw_tp/sys_enter', 'raw_tp/sys_exit'] as const
    ).flatMap((section) => [0xc000_003e, 0x4000_0003, 0xc000_00b7].map((audit) => [section, audit] as const)),
  )('at %s, audit %d', (section, audit) => {
    const load = section.startsWith('kprobe')
      ? `r6 = *(u64 *)(r1 + ${PT_REGS.rdi})`
      : 'r6 = *(u64 *)(r1 + 0)';
    const at = section.endsWith('exit') ? 'exit' : 'enter';
    const nr = audit === 0x4000_0003 ? 3 : audit === 0xc000_003e ? 0 : 63;
    const point = pointOf({ nr, audit, args: [11n, 22n, 33n, 44n, 55n, 66n], ret: at === 'exit' ? 7n : 0n });
    const copied = (['interp', 'jit'] as const).map((engine) => {
      const { machine } = rig({ engine, syscalls: MACHINE_SYSCALLS });
      const object = machine.load(assembleObject(copyRegs(section, load), 'test'));
      machine.attachAll(object);
      const { batch } = machine;
      if (batch === undefined) machine[at](point);
      else {
        const columns = batch.columns();
        const plan = batch.plan(at, audit, nr);
        // A row before it whose registers have other values, and one of another ABI.
        for (const [row, of] of [
          [0, 0xc000_003e],
          [1, 0x4000_0003],
          [2, audit],
        ] as const) {
          columns.plan[row] = plan;
          columns.nr[row] = nr + 2 - row;
          columns.audit[row] = of;
          columns.args.set(
            new BigUint64Array(point.args.buffer).map((arg) => arg + BigInt(2 - row)),
            6 * row,
          );
          columns.ret[row] = point.ret;
          columns.comm[row] = batch.name(point.comm);
          columns.atNs[row] = 0;
        }
        batch.run(0, 3, fill);
      }
      return object.maps[0]!.lookup(new Uint8Array(4));
    });
    expect(copied[1]).toEqual(copied[0]);
  });
});

describe('a batch', () => {
  test('is none for the interpreter, and says so', () => {
    const { machine } = rig({ engine: 'interp' });
    machine.attachAll(machine.load(assembleObject(COUNT, 'test')));
    expect([machine.batch, machine.whyNoBatch]).toEqual([
      undefined,
      'the interpreter runs points one by one',
    ]);
  });

  test('is none for programs that were not verified, and names them', () => {
    const { machine } = rig({ engine: 'jit', verifier: 'off' });
    machine.attachAll(machine.load(assembleObject(COUNT, 'test')));
    expect([machine.batch, machine.whyNoBatch]).toEqual([undefined, 'count was not verified']);
  });

  test('has no plan where nothing is attached, and passes its rows over', () => {
    const { machine } = rig({ engine: 'jit' });
    const batch = machine.batch!;
    expect([batch.plan('enter', pointOf().audit, 0), batch.plan('exit', pointOf().audit, 0)]).toEqual([0, 0]);
    fillRows(batch, 10);
    expect([batch.run(0, 10, fill), machine.insnsRun]).toEqual([10, 0]);
  });

  test('runs the rows that it is told to, and no others', () => {
    const { machine } = rig({ engine: 'jit' });
    const [prog] = machine.load(assembleObject(COUNT, 'test')).progs;
    machine.attach(prog!);
    const batch = machine.batch!;
    fillRows(batch, 100);
    expect([batch.run(10, 40, fill), prog!.runs, batch.run(40, 41, fill), prog!.runs]).toEqual([
      30, 30, 1, 31,
    ]);
  });

  test('of programs that are not attached any more runs nothing', () => {
    const { machine } = rig({ engine: 'jit' });
    const object = machine.load(assembleObject(COUNT, 'test'));
    machine.attachAll(object);
    const batch = machine.batch!;
    fillRows(batch, 10);
    machine.unload(object);
    expect(machine.batch!.plan('enter', pointOf().audit, 0)).toBe(0);
    expect(() => batch.run(0, 10, fill)).toThrow('programs were attached or detached');
  });

  test('may be used on after its host threw, and tells the same numbers', () => {
    let lines = 0;
    const { machine } = rig({
      engine: 'jit',
      onPrintk: () => {
        lines += 1;
        if (lines === 3) throw new Error('the disk is full');
      },
    });
    const [prog] = machine.load(assembleObject(PRINT, 'test')).progs;
    machine.attach(prog!);
    const batch = machine.batch!;
    fillRows(batch, 5);
    expect(() => batch.run(0, 5, fill)).toThrow('the disk is full');
    const { runs } = prog!;
    machine.enter(pointOf());
    expect(prog!.runs).toBe(runs + 1);
    expect([batch.run(0, 5, fill), prog!.runs]).toEqual([5, runs + 6]);
  });

  test('goes on after slots have changed, and from where a snapshot was taken', () => {
    const { machine } = rig({ engine: 'jit' });
    const object = machine.load(assembleObject(JUMP, 'test'));
    machine.attachAll(object);
    const [, one, two] = object.progs;
    const slot = object.maps[0]!;
    const runs = (): readonly number[] => {
      const batch = machine.batch!;
      fillRows(batch, 20);
      batch.run(0, 20, fill);
      return [one!.runs, two!.runs];
    };
    expect(runs()).toEqual([20, 0]);
    slot.update(u32(0), u32(two!.fd), 0);
    expect(runs()).toEqual([20, 20]);
    const snapshot = machine.snapshot();
    slot.delete(u32(0));
    expect(runs()).toEqual([20, 20]);
    machine.restore(snapshot);
    expect(runs()).toEqual([20, 40]);
    const { hits, misses } = object.progArray(slot);
    expect([hits, misses.empty]).toEqual([60, 0]);
  });

  test('is none any more when a slot holds a program that asks for the current task', () => {
    const { machine } = rig({ engine: 'jit' });
    const object = machine.load(assembleObject(JUMP, 'test'));
    machine.attachAll(object);
    const [, , , asks] = object.progs;
    expect(machine.whyNoBatch).toBeUndefined();
    object.maps[0]!.update(u32(0), u32(asks!.fd), 0);
    expect(machine.whyNoBatch).toBe('asks asks for the current task (get_current_uid_gid)');
  });

  test('tells names apart until there is no room for more', () => {
    const { machine } = rig({ engine: 'jit' });
    const batch = machine.batch!;
    batch.columns();
    const numbers = Array.from({ length: batch.rows }, (_, i) => batch.name(nameOf(i)));
    expect(new Set(numbers).size).toBe(batch.rows);
    expect([batch.name(nameOf(7)), batch.name(nameOf(batch.rows))]).toEqual([numbers[7], -1]);
    batch.columns();
    expect(batch.name(nameOf(batch.rows))).toBeGreaterThanOrEqual(0);
  });
});

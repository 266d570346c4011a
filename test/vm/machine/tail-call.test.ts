// bpf_tail_call at run time: what a jump keeps, what it counts, where it ends.
import { describe, expect, test } from 'vitest';
import type { LoadedObject, Machine, ProgArrayStats } from '../../../vm/index.ts';
import { loadText, rig, runOnce, u32 } from '../../support/machine.ts';

const MAP = '.map table prog_array key=4 value=4 entries=8\n';

/** A jump to slot `index` that returns `otherwise` when it falls through. */
function jump(name: string, index: number, otherwise: number): string {
  return `.section "socket"\n${name}:\n r2 = map[table] ll\n r3 = ${index}\n call tail_call\n r0 = ${otherwise}\n exit\n`;
}

function leaf(name: string, result: number): string {
  return `.section "socket"\n${name}:\n r0 = ${result}\n exit\n`;
}

function load(text: string): { machine: Machine; object: LoadedObject; stats: () => ProgArrayStats } {
  const { machine } = rig();
  const object = loadText(machine, MAP + text);
  return { machine, object, stats: () => object.progArray(object.maps[0]!) };
}

test('the result is that of the last program of the chain', () => {
  const { machine, object } = load(
    `.slot table 1 middle\n.slot table 2 last\n${jump('main', 1, 10)}${jump('middle', 2, 20)}${leaf('last', 30)}`,
  );
  expect(runOnce(machine, object.progs[0]!).retval).toBe(30);
});

test('the callee gets the ctx, an empty stack and no registers', () => {
  const { machine } = rig({ verifier: 'off' }); // what is never set is never read in a verified program
  const object = loadText(
    machine,
    `${MAP}.slot table 0 callee
    .section "socket"
    main:
      *(u64 *)(r10 - 8) = -1
      *(u64 *)(r10 - 512) = -1
      r6 = -1
      r9 = -1
      r2 = map[table] ll
      r3 = 0
      call tail_call
      r0 = 1
      exit
    .section "socket"
    callee:
      r0 = *(u64 *)(r10 - 8)
      r2 = *(u64 *)(r10 - 512)
      r0 |= r2
      r0 |= r6
      r0 |= r9
      if r0 != 0 goto bad
      r0 = *(u32 *)(r1 + 8)
      exit
    bad:
      r0 = 666
      exit`,
  );
  const ctx = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0x2a);
  expect(runOnce(machine, object.progs[0]!, { ctx }).retval).toBe(0x2a);
});

test('what falls through keeps r6 to r9, r10 and the stack', () => {
  const { machine, object } = load(`.section "socket"
    main:
      *(u64 *)(r10 - 8) = 1
      r6 = 2
      r7 = 4
      r8 = 8
      r9 = 16
      r2 = map[table] ll
      r3 = 0
      call tail_call
      r0 = *(u64 *)(r10 - 8)
      r0 += r6
      r0 += r7
      r0 += r8
      r0 += r9
      exit`);
  expect(runOnce(machine, object.progs[0]!).retval).toBe(31);
});

describe('the limit of 33', () => {
  /** Counts its runs in a map and jumps to itself. */
  const loop = `.map runs array key=4 value=8 entries=1
    .slot table 0 loop
    .section "socket"
    loop:
      r6 = r1
      r1 = mapval[runs] ll
      r2 = 1
      lock *(u64 *)(r1 + 0) += r2
      r1 = r6
      r2 = map[table] ll
      r3 = 0
      call tail_call
      r0 = 55
      exit`;

  test('a program that jumps to itself runs 34 times', () => {
    const { machine, object, stats } = load(loop);
    expect(runOnce(machine, object.progs[0]!).retval).toBe(55);
    expect(object.maps[1]!.lookup(u32(0))).toEqual(Uint8Array.of(34, 0, 0, 0, 0, 0, 0, 0));
    expect(stats()).toMatchObject({ hits: 33, misses: { limit: 1, empty: 0, outOfRange: 0 } });
    expect(stats().depth[33]).toBe(1);
  });

  test('it begins anew with each run', () => {
    const { machine, object, stats } = load(loop);
    runOnce(machine, object.progs[0]!, { repeat: 3 });
    expect(stats()).toMatchObject({ hits: 99, misses: { limit: 3 } });
    expect(object.progs[0]!.runs).toBe(102);
  });

  test('it is shared by all frames: 40 calls of a function that jumps sum to 33 jumps', () => {
    const calls = Array.from({ length: 40 }, () => 'r1 = r6\ncall sub\nr7 += r0').join('\n');
    const { machine, object, stats } = load(`.slot table 0 one
      .section "socket"
      main:
        r6 = r1
        r7 = 0
        ${calls}
        r0 = r7
        exit
      sub:
        r2 = map[table] ll
        r3 = 0
        call tail_call
        r0 = 0
        exit
      ${leaf('one', 1)}`);
    expect(runOnce(machine, object.progs[0]!).retval).toBe(33);
    expect(stats()).toMatchObject({ hits: 33, misses: { limit: 7 } });
  });
});

test('a jump in a function replaces its frame only: the caller goes on with the callee’s result', () => {
  const { machine, object } = load(`.slot table 0 one
    .section "socket"
    main:
      r6 = 100
      *(u64 *)(r10 - 8) = 1000
      call sub
      r0 += r6
      r1 = *(u64 *)(r10 - 8)
      r0 += r1
      exit
    sub:
      r2 = map[table] ll
      r3 = 0
      call tail_call
      r0 = 0
      exit
    .section "socket"
    one:
      r6 = 7
      *(u64 *)(r10 - 8) = 7
      r0 = 1
      exit`);
  expect(runOnce(machine, object.progs[0]!).retval).toBe(1101);
});

test('a program may call seven deep again after a jump in the deepest function', () => {
  const chain = Array.from({ length: 6 }, (_, i) => `f${i}:\n call f${i + 1}\n exit`).join('\n');
  const { machine, object } = load(`.slot table 0 main
    .section "socket"
    main:
      call f0
      exit
    ${chain}
    f6:
      r2 = map[table] ll
      r3 = 0
      call tail_call
      r0 = 9
      exit`);
  const result = runOnce(machine, object.progs[0]!);
  expect(result.fault).toBeUndefined();
  expect(result.retval).toBe(9);
});

test('misses are counted by reason and by slot', () => {
  const { machine, object, stats } = load(`${jump('a', 3, 1)}${jump('b', 8, 1)}${jump('c', -1, 1)}`);
  for (const prog of object.progs) runOnce(machine, prog);
  expect(stats()).toMatchObject({ hits: 0, misses: { empty: 1, outOfRange: 2, limit: 0 } });
  expect(stats().slots).toEqual([{ index: 3, prog: undefined, hits: 0, empty: 1 }]);
  expect(stats().depth[0]).toBe(3);
});

test('insns and runs are charged to the program that ran them', () => {
  const { machine, object } = load(`.slot table 1 last\n${jump('main', 1, 0)}${leaf('last', 3)}`);
  expect(runOnce(machine, object.progs[0]!).insns).toBe(5);
  expect(object.progs.map(({ runs, insnsRun }) => [runs, insnsRun])).toEqual([
    [1, 3],
    [1, 2],
  ]);
});

test('the insn budget is one for the whole chain', () => {
  const { machine, faults } = rig({ limitInsns: 50 });
  const object = loadText(machine, `${MAP}.slot table 0 main\n${jump('main', 0, 1)}`);
  const result = runOnce(machine, object.progs[0]!);
  expect(result).toMatchObject({ retval: 0, insns: 51, fault: { code: 'budget' } });
  expect(faults[0]?.message).toBe('the run was stopped after 51 insns');
});

// Locks in map values, in programs that nobody verified: who takes one that is taken, or ends with one, is stopped; the next finds it free.
import { expect, test } from 'vitest';
import type { Fault } from '../../../vm/index.ts';
import type { ValueFieldKind } from '../../../vm/object.ts';
import { rig, runOnce, withFields } from '../../support/machine.ts';

const MAPS = '.map a array key=4 value=16 entries=1\n.map b array key=4 value=16 entries=1';

/** Programs that share two locks, at r6 and r7; each returns 7 where it comes to its end. */
function progsOf(
  bodies: readonly string[],
  kind: ValueFieldKind,
): readonly (() => { retval: number; fault: Fault | undefined })[] {
  const { machine } = rig({ verifier: 'off' });
  const progs = bodies.map(
    (body, i) => `.section "tc"\nmain${i}:\nr6 = mapval[a] ll\nr7 = mapval[b] ll\n${body}\nr0 = 7\nexit`,
  );
  const text = `.license GPL\n${MAPS}\n${progs.join('\n')}\n.text\n${UNLOCK}`;
  const { progs: loaded } = machine.load(withFields(text, [{ kind, off: 0 }]));
  return loaded.map((prog) => () => runOnce(machine, prog));
}

const UNLOCK = 'unlock:\ncall spin_unlock\nr0 = 0\nexit';
const take = (reg: string): string => `r1 = ${reg}\ncall spin_lock`;
const release = (reg: string): string => `r1 = ${reg}\ncall spin_unlock`;
const takeRes = (reg: string): string => `r1 = ${reg}\ncall bpf_res_spin_lock`;
const releaseRes = (reg: string): string => `r1 = ${reg}\ncall bpf_res_spin_unlock`;

test.each([
  ['taken twice', `${take('r6')}\n${take('r6')}`, 'a program that holds a lock may not take a spin lock'],
  ['taken while another is held', `${take('r6')}\n${take('r7')}`, 'may not take a spin lock'],
  ['let go without being held', release('r6'), 'R1 is a lock that the program does not hold'],
  ['never let go', take('r6'), 'the program ended and holds the lock at 0xffff8880'],
])('a spin lock that is %s stops the program', (_title, body, message) => {
  const [run] = progsOf([body], 'spin_lock');
  const { fault } = run!();
  expect(fault?.code).toBe('lock');
  expect(fault?.message).toContain(message);
});

test.each([
  [
    'in the order of taking',
    `${takeRes('r6')}\n${takeRes('r7')}\n${releaseRes('r6')}`,
    'R1 is not the lock that was taken last',
  ],
  ['never', takeRes('r7'), 'the program ended and holds the lock'],
])('resilient locks that are let go %s stop the program', (_title, body, message) => {
  const [run] = progsOf([body], 'res_spin_lock');
  expect(run!().fault?.message).toContain(message);
});

test('a lock that a stopped program held is free again, and so is that of one that read past the end', () => {
  const stopped = [take('r6'), `${take('r6')}\nr1 = *(u64 *)(r6 + 16)`];
  const [fails, wild, works] = progsOf([...stopped, `${take('r6')}\n${release('r6')}`], 'spin_lock');
  expect(fails!().fault?.code).toBe('lock');
  expect(wild!().fault?.code).toBe('access');
  expect(works!()).toMatchObject({ retval: 7, fault: undefined });
});

test('a lock may be let go by a function that the program calls', () => {
  const [run] = progsOf([`${take('r6')}\nr1 = r6\ncall unlock`], 'spin_lock');
  expect(run!()).toMatchObject({ retval: 7, fault: undefined });
});

test.each(['kprobe/__seccomp_filter', 'socket'])(
  'a program of section %s may not use a map with locks',
  (section) => {
    const text = `.license GPL\n${MAPS}\n.section "${section}"\nmain:\nr1 = map[b] ll\nr0 = 0\nexit`;
    const load = (): unknown => rig().machine.load(withFields(text, [{ kind: 'spin_lock', off: 0 }]));
    expect(load).toThrow('progs cannot use bpf_spin_lock yet');
  },
);

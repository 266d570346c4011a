// A fault in each kind of place: where it is told to be, what it costs whom, and what the next run finds is the same compiled and interpreted.
import { expect, test } from 'vitest';
import type { EngineName } from '../../../../vm/index.ts';
import type { ValueField } from '../../../../vm/object.ts';
import { digestOf } from '../../../support/call-rig.ts';
import { rig, runOnce, withFields } from '../../../support/machine.ts';

const MAPS = `.map table prog_array key=4 value=4 entries=4
.map ring ringbuf key=0 value=0 entries=4096
.map m hash key=4 value=8 entries=4
.map t array key=4 value=16 entries=2
`;
const TIMER: readonly ValueField[] = [{ kind: 'timer', off: 0 }];
/** A store where nobody may write. */
const BAD = '*(u64 *)(r0 - 600) = 7\n';
const WRONG = `r0 = r10\n${BAD}`;
/** A record of the ring buffer, which is owed until it is submitted. */
const RESERVE = 'r1 = map[ring] ll\nr2 = 8\nr3 = 0\ncall ringbuf_reserve\n';
const JUMP = 'r2 = map[table] ll\nr3 = 1\ncall tail_call\n';
const OTHER = (body: string): string => `.section "socket/1"\nother:\n${body}r0 = 4\nexit\n`;

/** What a program is made of, by where it goes wrong. */
const PLACES: Readonly<Record<string, string>> = {
  'the program': `${WRONG}exit`,
  'a subprogram': `call f\nexit\nf:\n${WRONG}exit`,
  'the third frame': `call f\nexit\nf:\ncall g\nexit\ng:\n${WRONG}exit`,
  'behind a subprogram': `call f\n${WRONG}exit\nf:\nr0 = 1\nexit`,
  'the program behind a tail call': `${JUMP}r0 = 1\nexit\n${OTHER(WRONG)}`,
  'the program behind a tail call in a subprogram': `call f\nr0 += 1\nexit\nf:\n${JUMP}r0 = 1\nexit\n${OTHER(WRONG)}`,
  'behind a tail call in a subprogram': `r6 = r1\ncall f\n${WRONG}exit\nf:\n${JUMP}r0 = 1\nexit\n${OTHER('')}`,
  'a helper': 'r1 = 5\nr2 = r10\ncall map_lookup_elem\nexit',
  'a helper in a subprogram': 'call f\nexit\nf:\nr1 = 5\nr2 = r10\ncall map_lookup_elem\nexit',
  'a callback': `r1 = 3\nr2 = func f ll\nr3 = 0\nr4 = 0\ncall loop\nexit\nf:\n${WRONG}exit`,
  'a helper in a callback':
    'r1 = 3\nr2 = func f ll\nr3 = 0\nr4 = 0\ncall loop\nexit\nf:\nr1 = 5\ncall map_lookup_elem\nexit',
  'a callback of a callback':
    'r1 = 3\nr2 = func f ll\nr3 = 0\nr4 = 0\ncall loop\nexit\nf:\nr1 = 2\nr2 = func g ll\nr3 = 0\nr4 = 0\ncall loop\nexit\n' +
    `g:\n${WRONG}exit`,
  'a helper behind its callback':
    'r1 = 0x900000\nr2 = func f ll\nr3 = 0\nr4 = 0\ncall loop\nr1 = r0\nr2 = 0\ncall map_lookup_elem\nexit\nf:\nr0 = 0\nexit',
  'a tail call in a callback': `r6 = r1\nr1 = 3\nr2 = func f ll\nr3 = r6\nr4 = 0\ncall loop\nexit\nf:\nr1 = r2\n${JUMP}r0 = 0\nexit`,
  'a tail call with another ctx': `r1 += 8\n${JUMP}r0 = 0\nexit`,
  'a tail call through a hash': 'r2 = map[m] ll\nr3 = 1\ncall tail_call\nr0 = 0\nexit',
  'the ninth frame': `call f1\nexit\n${Array.from({ length: 8 }, (_, i) => `f${i + 1}:\ncall f${Math.min(8, i + 2)}\nexit\n`).join('')}`,
  'a loop that does not end': 'l:\nr0 += 1\nif r0 != 0 goto l\nexit',
  'calls that do not end': 'l:\ncall f\nif r0 == 1 goto l\nexit\nf:\nr0 = 1\nexit',
  'tail calls until there is no budget': `${'r0 = 1\n'.repeat(40)}r2 = map[table] ll\nr3 = 0\ncall tail_call\nexit`,
  'the end, with a record that is owed': `${RESERVE}r0 = 0\nexit`,
  'the end of a subprogram, with a record that is owed': `call f\nexit\nf:\n${RESERVE}r0 = 0\nexit`,
  'the program, with a record that is owed': `${RESERVE}${BAD}exit`,
  'an atomic': 'r1 = 1\nr2 = 0\nlock *(u64 *)(r2 + 0) += r1\nr0 = 0\nexit',
};

const ENGINES: readonly EngineName[] = ['interp', 'jit'];

test.each(Object.entries(PLACES))('%s', (_place, body) => {
  const shown = ENGINES.map((engine) => {
    const { machine, faults } = rig({ engine, verifier: 'off', limitInsns: 1000 });
    const slots = `.slot table 0 main\n${body.includes('other:') ? '' : '.slot table 1 main\n'}`;
    const text = `.license GPL\n${MAPS}${slots}.section "socket"\nmain:\n${body}\n`;
    const object = machine.load(withFields(text, []));
    const results = [runOnce(machine, object.progs[0]!), runOnce(machine, object.progs[0]!)];
    return {
      results,
      faults,
      insns: machine.insnsRun,
      progs: object.progs.map(({ runs, insnsRun, faults: count }) => [runs, insnsRun, count]),
      stats: object.progArray(object.maps[0]!),
      memory: digestOf(machine.snapshot()),
    };
  });
  expect(shown[1]).toEqual(shown[0]);
  expect(shown[0]!.faults).toHaveLength(2);
});

test('the function of a timer', () => {
  const text = `.license GPL
.map t array key=4 value=16 entries=1
.section "socket"
main:
*(u32 *)(r10 - 4) = 0
r1 = map[t] ll
r2 = r10
r2 += -4
call map_lookup_elem
if r0 == 0 goto out
r6 = r0
r1 = r6
r2 = map[t] ll
r3 = 1
call timer_init
r1 = r6
r2 = func late ll
call timer_set_callback
r1 = r6
r2 = 100
r3 = 0
call timer_start
out:
r0 = 0
exit
late:
r0 = 1
${WRONG}exit`;
  const shown = ENGINES.map((engine) => {
    const { machine, faults } = rig({ engine, verifier: 'off' });
    const object = machine.load(withFields(text, TIMER));
    runOnce(machine, object.progs[0]!);
    machine.advance(1000);
    return { faults, insns: machine.insnsRun, memory: digestOf(machine.snapshot()) };
  });
  expect(shown[1]).toEqual(shown[0]);
  expect(shown[0]!.faults).toHaveLength(1);
});

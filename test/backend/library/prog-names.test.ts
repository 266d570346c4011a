// Programs by patterns, and programs of which a tool loads one.
import { expect, test } from 'vitest';
import { matchedNames, plainNames, twinsOf } from '../../../backend/library/prog-names.ts';
import { assembleObject } from '../../../vm/index.ts';
import { MACHINE_SYSCALLS } from '../../../traces/index.ts';
import { rig } from '../../support/machine.ts';

const NAMES = ['kprobe_read', 'kprobe_write', 'fentry_read', 'a.b'];

// oxfmt-ignore
const ASKED = [
  { asked: ['fentry_*'],               names: ['fentry_read'] },
  { asked: ['*_read', 'kprobe_*'],     names: ['kprobe_read', 'fentry_read', 'kprobe_write'] },
  { asked: ['kprobe_?rite', 'other'],  names: ['kprobe_write', 'other'] },
  { asked: ['a.?', 'aXb*'],            names: ['a.b', 'aXb*'] },
  { asked: [],                         names: [] },
];

test.each(ASKED)('$asked', ({ asked, names }) => {
  expect(matchedNames(asked, NAMES)).toEqual(names);
});

test('patterns are no names', () => {
  expect(plainNames(['a', 'b*', 'c?'])).toEqual(['a']);
});

test('twins are at one function at the same time, as a kprobe and as a program of types', () => {
  const progs = [
    'kprobe/vfs_read',
    'kretprobe/vfs_read',
    'fentry/vfs_read',
    'fentry/vfs_write',
    'kprobe/vfs_open',
    'fentry/vfs_open',
  ];
  const text = progs
    .map((section, i) => `.section "${section}"\n.globl p${i}\np${i}:\nr0 = 0\nexit\n`)
    .join('');
  const { machine } = rig({ syscalls: MACHINE_SYSCALLS });
  const attachments = machine.attachAll(machine.load(assembleObject(text, 'twins')));
  expect(twinsOf(attachments)).toEqual([{ hook: 'vfs_read', progs: ['p0', 'p2'] }]);
});

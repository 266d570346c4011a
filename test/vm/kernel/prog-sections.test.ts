// The names of sections, against what the kernel and the hooks know.
import { expect, test } from 'vitest';
import { HOOK_SECTIONS, parseHookSection } from '../../../vm/kernel/hook-sections.ts';
import {
  loadAttributes,
  parseSection,
  sectionHint,
  SECTIONS,
  type SectionRow,
} from '../../../vm/kernel/prog-sections.ts';
import { PROG_TYPES, type ProgTypeRow } from '../../../vm/kernel/prog-types.ts';

const ROWS: [string, SectionRow][] = Object.entries(SECTIONS);

test.each(ROWS)('section %s asks for an attach type that its type has', (_, { type, attach, flag }) => {
  const row: ProgTypeRow = PROG_TYPES[type];
  if (row.attach !== undefined && row.orNone !== true) expect(row.attach).toContain(attach ?? 0);
  if (flag === 'sleepable') expect(row.sleepable).toBeDefined();
});

test.each(Object.entries(HOOK_SECTIONS))(
  'hooks of %s are for programs of sections',
  (prefix, { progTypes }) => {
    const rows = ROWS.filter(([name]) => name === prefix || name.startsWith(`${prefix}/`));
    expect(rows.length).toBeGreaterThan(0);
    for (const [, { type }] of rows) expect(progTypes).toContain(type);
  },
);

// oxfmt-ignore
const NAMES = [
  { name: 'kprobe/do_exit',        prefix: 'kprobe',        type: 'kprobe',        hook: 'do_exit' },
  { name: 'kprobe/9',              prefix: 'kprobe',        type: 'kprobe',        hook: '9', slot: 9 },
  { name: 'socket/2',              prefix: 'socket',        type: 'socket_filter', hook: '2', slot: 2 },
  { name: '?tc',                   prefix: 'tc',            type: 'sched_cls',     hook: '', isOptional: true },
  { name: 'tc/ingress',            prefix: 'tc/ingress',    type: 'sched_cls',     hook: '', attributes: { attachType: 46 } },
  { name: 'xdp.frags/cpumap',      prefix: 'xdp.frags/cpumap', type: 'xdp',        hook: '', attributes: { attachType: 35, flags: 32 } },
  { name: 'fentry.s/do_exit',      prefix: 'fentry.s',      type: 'tracing',       hook: 'do_exit', attributes: { attachType: 24, flags: 16 } },
  { name: 'uprobe.multi.s//bin/x:f', prefix: 'uprobe.multi.s', type: 'kprobe',     hook: '/bin/x:f', attributes: { attachType: 48, flags: 16 } },
  { name: 'tp/syscalls/sys_enter_read', prefix: 'tp',       type: 'tracepoint',    hook: 'syscalls/sys_enter_read' },
  { name: 'cgroup/connect4',       prefix: 'cgroup/connect4', type: 'cgroup_sock_addr', hook: '', attributes: { attachType: 10 } },
  { name: 'syscall',               prefix: 'syscall',       type: 'syscall',       hook: '', attributes: { flags: 16 } },
  { name: 'xdp_pass',              prefix: 'xdp',           type: 'xdp',           hook: '', attributes: { attachType: 37 } },
  { name: 'socket1',               prefix: 'socket',        type: 'socket_filter', hook: '' },
  { name: 'perf_event/cpu=1',      prefix: 'perf_event',    type: 'perf_event',    hook: '' },
  { name: 'lwt_in/x',              prefix: 'lwt_in',        type: 'lwt_in',        hook: '' },
  { name: 'cgroup/sock_mine',      prefix: 'cgroup/sock',   type: 'cgroup_sock',   hook: '', attributes: { attachType: 2 } },
];

test.each(NAMES)(
  '$name is a section of $type',
  ({ name, prefix, type, hook, slot, isOptional = false, attributes = {} }) => {
    const section = parseSection(name);
    expect(section).toEqual({ name: name.replace('?', ''), prefix, type, hook, slot, isOptional });
    if (typeof section === 'object' && 'prefix' in section)
      expect(loadAttributes(section)).toEqual(attributes);
  },
);

test('sections of older objects ask for the hook of their prefix', () => {
  const names = ['xdp_pass', 'socket1', 'perf_event/cpu=1', 'sockops_main', 'mine'];
  expect(names.map((name) => parseHookSection(name)?.prefix)).toEqual([
    'xdp',
    'socket',
    'perf_event',
    'sockops',
    undefined,
  ]);
});

test('what is no section has the nearest for a hint', () => {
  expect([parseSection('kprob/x'), parseSection('.text'), parseSection('tcp')]).toEqual([
    'unknown',
    'unknown',
    'unknown',
  ]);
  expect(parseSection('cgroup_skb')).toEqual({ noHook: 'cgroup_skb' });
  expect([sectionHint('kprob/x'), sectionHint('cgroup/conect4'), sectionHint('mine')]).toEqual([
    'did you mean kprobe?',
    'did you mean cgroup/connect4?',
    '',
  ]);
});

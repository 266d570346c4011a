// Maps of records, values without keys, stacks and storage: creation and use, by the machine and by the kernel of this machine.
import { test } from 'vitest';
import { expectSame, progLines } from '../../support/same-answers.ts';
import { hasTool } from '../../support/tools.ts';

const withKernel = test.skipIf(!hasTool('kernel'));

const KINDS = [
  'ringbuf',
  'user_ringbuf',
  'perf_event_array',
  'cgroup_array',
  'queue',
  'stack',
  'bloom_filter',
  'stack_trace',
  'task_storage',
  'devmap',
  'devmap_hash',
  'cpumap',
  'xskmap',
] as const;
const FLAG_BITS = 18;
/** Types of programs with what they are to be attached to and flags: 16 may sleep, 32 takes packets in pieces. */
const USERS = [
  ['xdp', 0, 0],
  ['xdp', 33, 0],
  ['xdp', 0, 32],
  ['socket_filter', 0, 0],
  ['sched_cls', 0, 0],
  ['kprobe', 0, 0],
  ['raw_tracepoint', 0, 0],
  ['perf_event', 0, 0],
  ['syscall', 0, 16],
] as const;
/** Sizes of key and value and max entries that a kind takes. */
const SIZES: Readonly<Record<(typeof KINDS)[number], readonly (readonly [number, number, number])[]>> = {
  ringbuf: [[0, 0, 4096]],
  user_ringbuf: [[0, 0, 4096]],
  perf_event_array: [[4, 4, 2]],
  cgroup_array: [[4, 4, 2]],
  queue: [[0, 8, 2]],
  stack: [[0, 8, 2]],
  bloom_filter: [[0, 8, 2]],
  stack_trace: [
    [4, 32, 2],
    [4, 1024, 2],
  ],
  task_storage: [[4, 8, 0]],
  devmap: [
    [4, 4, 2],
    [4, 8, 2],
  ],
  devmap_hash: [[4, 4, 2]],
  cpumap: [[4, 4, 2]],
  xskmap: [[4, 4, 2]],
};

withKernel('buffers are made with the same sizes and flags, or refused with the same errno', () => {
  const lines: string[] = [];
  for (const kind of KINDS) {
    for (const key of [0, 4, 8]) {
      for (const value of [0, 4, 8, 12, 1016, 1024, 4_194_304, 4_194_312, 65_407, 65_408, 70_000]) {
        for (const entries of value > 100_000 ? [0, 1] : [0, 1, 3, 4096, 8192, 12_288]) {
          if (kind === 'cpumap' && entries > 64) continue; // the limit is the kernel's configuration
          const name = `${kind}_${key}_${value}_${entries}`;
          const flags = kind === 'task_storage' ? 1 : 0;
          lines.push(`map ${name} ${kind} ${key} ${value} ${entries} ${flags}`, `closemap ${name}`);
        }
      }
    }
  }
  for (const kind of KINDS) {
    for (let bit = 0; bit < FLAG_BITS; bit++) {
      for (const [key, value, entries] of SIZES[kind]) {
        const name = `${kind}_${value}_flag_${bit}`;
        lines.push(`map ${name} ${kind} ${key} ${value} ${entries} ${2 ** bit}`, `closemap ${name}`);
      }
    }
  }
  for (const extra of [0, 1, 15, 16, 31, 2 ** 32]) {
    lines.push(`map e${extra} bloom_filter 0 4 8 0 extra=${extra}`, `closemap e${extra}`);
  }
  expectSame(lines);
});

withKernel('user space reaches values by the same rules', () => {
  const lines: string[] = [];
  for (const kind of KINDS) {
    if (kind === 'xskmap') continue; // without sockets nothing can be said of what it takes
    const [key, value, entries] = SIZES[kind][0]!;
    const flags = kind === 'task_storage' ? 1 : 0;
    const k = key === 0 ? '-' : '00000000';
    const far = key === 0 ? '-' : '09000000';
    const v =
      kind === 'perf_event_array' || kind === 'cgroup_array'
        ? 'ffffffff'
        : value === 0
          ? '-'
          : `01${'00'.repeat(value - 1)}`;
    lines.push(`map ${kind} ${kind} ${key} ${value} ${entries} ${flags}`);
    if (kind === 'perf_event_array') lines.push('perf perf_event_array 0 1', 'get perf_event_array 00000000');
    for (const at of kind === 'task_storage' ? ['ffffffff'] : [k, k, k, far]) {
      // A bloom filter is asked for a value, which stands where others have the key.
      const get = kind === 'bloom_filter' ? `asks ${kind} ${v}` : `get ${kind} ${at}`;
      lines.push(get, `set ${kind} ${at} ${v}`, get, `take ${kind} ${at}`);
      if (key !== 0)
        lines.push(`unslot ${kind} ${at === far ? 9 : 0}`, `unslot ${kind} ${at === far ? 9 : 0}`);
    }
    lines.push(`dump ${kind}`, `freeze ${kind}`, `set ${kind} ${k} ${v}`, `take ${kind} ${k}`);
  }
  lines.push('map mine task_storage 4 12 0 1');
  for (const what of [
    'get',
    'del',
    'set 01 2',
    'set 02 1',
    'set 03 1',
    'set 04 2',
    'set 05',
    'set 06 3',
    'set 07 4',
    'get',
    'del',
    'get',
  ]) {
    lines.push(`mine mine ${what}`);
  }
  expectSame(lines);
});

withKernel('programs of all kinds may use them, those that may sleep some', () => {
  const lines: string[] = [];
  for (const kind of KINDS) {
    const [key, value, entries] = SIZES[kind][0]!;
    lines.push(`map ${kind} ${kind} ${key} ${value} ${entries} ${kind === 'task_storage' ? 1 : 0}`);
  }
  for (const kind of KINDS) {
    for (const [type, attach, flags] of USERS) {
      const text = `r1 = map[${kind}] ll\nr0 = ${type === 'xdp' ? 2 : 0}\nexit`;
      const [head, ...rest] = progLines(`${type}_${attach}_${flags}_${kind}`, type, text, KINDS);
      lines.push(`${head} attach=${attach} flags=${flags}`, ...rest);
    }
  }
  expectSame(lines);
});

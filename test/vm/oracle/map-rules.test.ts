// Rules of maps: the same spec goes to the machine and to the kernel of this machine, and they must agree.
import { test } from 'vitest';
import { expectSame, progLines } from '../../support/same-answers.ts';
import { hasTool } from '../../support/tools.ts';

const KINDS = ['array', 'hash', 'percpu_array', 'prog_array'] as const;
const FLAG_BITS = 15;
const DATA = '00'.repeat(64);

const withKernel = test.skipIf(!hasTool('kernel'));

withKernel('maps are created with the same sizes and flags, or refused with the same errno', () => {
  const lines: string[] = [];
  for (const kind of KINDS) {
    for (const sizes of ['4 4 1', '4 8 3', '4 5 2', '8 8 2', '0 4 1', '4 0 1', '4 4 0', '3 3 3']) {
      lines.push(`map ${kind}${lines.length} ${kind} ${sizes} 0`);
    }
    for (const size of [0x8000, 0x8001, 0x7ff8]) lines.push(`map v${lines.length} ${kind} 4 ${size} 1 0`);
    for (let bit = 0; bit < FLAG_BITS; bit++) {
      lines.push(`map f${lines.length} ${kind} 4 4 1 ${1 << bit}`);
    }
    for (const flags of [0x18, 0x180, 0x88, 0x108]) lines.push(`map g${lines.length} ${kind} 4 4 1 ${flags}`);
  }
  lines.push('map big hash 4194303 1 1 0', 'map bigger hash 4 4194304 1 0');
  expectSame(lines);
});

withKernel('user space updates, deletes, reads and freezes by the same rules', () => {
  const lines = ['map cpus percpu_array 4 4 1 0', 'get cpus 00000000'];
  for (const kind of ['array', 'hash', 'percpu_array']) {
    for (const flags of [0, 8, 16]) {
      const map = `${kind}${flags}`;
      lines.push(`map ${map} ${kind} 4 12 2 ${flags}`, `get ${map} 00000000`, `dump ${map}`);
      lines.push(`set ${map} 00000000 0102030405060708090a0b0c`, `set ${map} 01000000 11`);
      lines.push(`get ${map} 00000000`, `get ${map} 01000000`, `get ${map} 02000000`);
      lines.push(`set ${map} 02000000 22`, `set ${map} 00000000 33`, `dump ${map}`);
      lines.push(
        `unslot ${map} 0`,
        `unslot ${map} 0`,
        `unslot ${map} 9`,
        `set ${map} 02000000 44`,
        `dump ${map}`,
      );
      lines.push(
        `freeze ${map}`,
        `freeze ${map}`,
        `set ${map} 01000000 55`,
        `unslot ${map} 1`,
        `dump ${map}`,
      );
    }
  }
  expectSame(lines);
});

withKernel('prog arrays freeze, and hold what they held', () => {
  const leaf = progLines('leaf', 'socket_filter', 'r0 = 77\nexit');
  const jump = progLines('jump', 'socket_filter', 'r2 = map[a] ll\nr3 = 1\ncall tail_call\nr0 = 1\nexit', [
    'a',
  ]);
  const lines = ['map a prog_array 4 4 3 0', ...leaf, ...jump, 'slot a 1 leaf', 'freeze a', 'freeze a'];
  lines.push('slot a 2 leaf', 'unslot a 1', 'closeprog leaf', `run jump data=${DATA} tag=frozen`);
  lines.push(
    'map b prog_array 4 4 3 8',
    'slot b 1 leaf2'.replace('leaf2', 'jump'),
    'set b 01000000 00000000',
  );
  lines.push('closemap a', 'sleep 200', `run jump data=${DATA} tag=emptied`);
  expectSame(lines);
});

withKernel('programs that may sleep use no prog array', () => {
  const jump = 'r2 = map[a] ll\nr3 = 1\ncall tail_call\nr0 = 0\nexit';
  const SLEEPABLE = 16;
  const lines = ['map a prog_array 4 4 3 0'];
  for (const type of ['syscall', 'kprobe', 'socket_filter', 'raw_tracepoint', 'xdp']) {
    for (const [name, text] of [
      ['leaf', 'r0 = 0\nexit'],
      ['jump', jump],
    ] as const) {
      const [head, ...rest] = progLines(`${type}_${name}`, type, text, ['a']);
      lines.push(`${head} flags=${SLEEPABLE}`, ...rest);
    }
  }
  // An array that is asked for by such a program is nobody's afterwards.
  lines.push(...progLines('later', 'socket_filter', jump, ['a']), 'slot a 0 later', 'slot a 1 syscall_leaf');
  expectSame(lines);
});

withKernel('programs update maps by the same rules', () => {
  const lines: string[] = [];
  const maps = ['array', 'hash', 'percpu_array'];
  for (const kind of maps) lines.push(`map ${kind} ${kind} 4 8 2 0`);
  for (const kind of maps) {
    for (const flags of [0, 1, 2, 3, 4, 8]) {
      for (const key of [0, 1, 2]) {
        const name = `u${lines.length}`;
        const text = `*(u32 *)(r10 - 4) = ${key}\n*(u64 *)(r10 - 16) = ${key + 10}\nr1 = map[${kind}] ll\nr2 = r10\nr2 += -4
          r3 = r10\nr3 += -16\nr4 = ${flags}\ncall map_update_elem\nexit`;
        lines.push(
          ...progLines(name, 'socket_filter', text, maps),
          `run ${name} data=${DATA} tag=${kind}-${flags}-${key}`,
        );
        const remove = `*(u32 *)(r10 - 4) = ${key}\nr1 = map[${kind}] ll\nr2 = r10\nr2 += -4\ncall map_delete_elem\nexit`;
        if (flags !== 2) continue;
        lines.push(
          ...progLines(`d${name}`, 'socket_filter', remove, maps),
          `run d${name} data=${DATA} tag=delete`,
        );
      }
    }
  }
  lines.push('dump array', 'dump hash');
  expectSame(lines);
});

withKernel('an update leaves the old value to whoever holds its address', () => {
  const text = `*(u32 *)(r10 - 4) = 5\n*(u64 *)(r10 - 16) = 1\nr1 = map[h] ll\nr2 = r10\nr2 += -4\nr3 = r10\nr3 += -16\nr4 = 0
    call map_update_elem\nr1 = map[h] ll\nr2 = r10\nr2 += -4\ncall map_lookup_elem\nif r0 == 0 goto out\nr6 = r0
    *(u64 *)(r10 - 16) = 2\nr1 = map[h] ll\nr2 = r10\nr2 += -4\nr3 = r10\nr3 += -16\nr4 = 0\ncall map_update_elem
    r0 = *(u64 *)(r6 + 0)\nout:\nexit`;
  expectSame([
    'map h hash 4 8 4 0',
    ...progLines('old', 'socket_filter', text, ['h']),
    `run old data=${DATA} tag=old`,
    'dump h',
  ]);
});

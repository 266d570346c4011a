// What no recording should hold, and what no program should ask: the kernel's memory answers all of it, and stays within its room.
import { describe, expect, test } from 'vitest';
import { DEFAULT_KERNEL, type FileFacts, type TaskFacts } from '../../../../vm/index.ts';
import { KernelMemory } from '../../../../vm/kernel/kernel-memory.ts';
import { memberOf } from '../../../../vm/kernel/memory/members.ts';
import { pathOf, Paths } from '../../../../vm/kernel/memory/paths.ts';
import { UnknownReads } from '../../../../vm/kernel/memory/unknown-reads.ts';
import { KERNEL_AT, KERNEL_END, LinearMemory } from '../../../../vm/memory/linear.ts';
import { Random, seedOf } from '../../../support/seed.ts';

const { types } = DEFAULT_KERNEL;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const spot = (struct: string, path: string): number =>
  memberOf(types, types.find('struct', struct)!, path)!.off;

function kernelOf(facts?: TaskFacts): { memory: LinearMemory; kernel: KernelMemory } {
  const memory = new LinearMemory();
  const view = { tid: 12, tgid: 12, comm: bytes('dd'), atNs: 0, memory: () => [], facts };
  const kernel = new KernelMemory(memory, view, DEFAULT_KERNEL);
  kernel.begin(view, undefined);
  return { memory, kernel };
}

describe('a chain of parents', () => {
  const real = spot('task_struct', 'real_parent');

  /** How many tasks a program meets that goes up from parent to parent; at most `limit`. */
  function climb(facts: TaskFacts, limit: number): number {
    const { memory, kernel } = kernelOf(facts);
    let at = kernel.currentTask();
    for (let i = 0; i < limit; i++) {
      if (kernel.look(at + real, 8) !== 'known') return i;
      at = memory.view.getUint32(at + real, true);
    }
    return limit;
  }

  test('that is longer than there is room for ends in what is unknown', () => {
    let facts: TaskFacts = { tid: 1, tgid: 1 };
    for (let tid = 2; tid < 2000; tid++) facts = { tid, tgid: tid, parent: facts };
    const met = climb({ ...facts, tid: 12, tgid: 12 }, 5000);
    expect(met).toBeGreaterThan(12);
    expect(met).toBeLessThan(500);
  });

  test('that goes round comes back to the same task', () => {
    const one: { tid: number; tgid: number; parent?: TaskFacts } = { tid: 12, tgid: 12 };
    one.parent = { tid: 13, tgid: 13, parent: one };
    expect(climb(one, 1000)).toBe(1000);
  });
});

describe('a path', () => {
  const paths = new Paths();
  const text = (path: string): string | undefined => {
    const dentry = paths.dentryOf(bytes(path));
    const found = dentry === undefined ? undefined : pathOf(dentry);
    return found === undefined ? undefined : new TextDecoder().decode(found);
  };

  test.each([
    ['/', '/'],
    ['//etc///passwd/', '/etc/passwd'],
    ['/a/./b/../c', '/a/c'],
    ['/../../x', '/x'],
    ['/dev/pts/0', '/dev/pts/0'],
    ['/tmp/\u{1f4c4} x', '/tmp/\u{1f4c4} x'],
    ['pipe:[12]', ''],
    ['anon_inode:[timerfd]', '[timerfd]'],
    ['relative/name', undefined],
    ['', undefined],
    [`/${'n'.repeat(256)}`, undefined],
    ['/x'.repeat(3000), undefined],
  ])('%s is %s', (path, wanted) => expect(text(path)).toBe(wanted));

  test('is the same node whenever it is asked for, until the next event', () => {
    const one = paths.dentryOf(bytes('/usr/bin'));
    expect(paths.dentryOf(bytes('/usr/./bin'))).toBe(one);
    paths.clear();
    expect(paths.dentryOf(bytes('/usr/bin'))).not.toBe(one);
  });
});

const manyFiles = (fd: number): FileFacts => ({ path: bytes(`/data/${'x'.repeat(200)}${fd}`), inode: fd });

test('files beyond the room of an event are unknown, and nothing is written behind it', () => {
  const { memory, kernel } = kernelOf({ tid: 12, tgid: 12, process: { file: manyFiles } });
  memory.u8.fill(0xaa, KERNEL_END, KERNEL_END + 64);
  const ino = spot('inode', 'i_ino');
  const answers = Array.from({ length: 3000 }, (_, fd) => {
    const at = kernel.file(fd);
    const inodeAt =
      kernel.look(at + spot('file', 'f_inode'), 8) === 'known'
        ? memory.view.getUint32(at + spot('file', 'f_inode'), true)
        : 0;
    return kernel.look(inodeAt + ino, 8) === 'known'
      ? Number(memory.view.getBigUint64(inodeAt + ino, true))
      : -1;
  });
  const known = answers.filter((answer, fd) => answer === fd).length;
  expect(known).toBeGreaterThan(100);
  expect(answers.filter((answer, fd) => answer !== fd && answer !== -1)).toEqual([]);
  expect(known).toBeLessThan(3000);
  expect(memory.u8.subarray(KERNEL_END, KERNEL_END + 64).every((byte) => byte === 0xaa)).toBe(true);
});

const seed = seedOf(4);
test(`looks anywhere, of any size, are answered (seed ${seed})`, () => {
  const random = new Random(seed);
  const facts: TaskFacts = {
    tid: 12,
    tgid: 10,
    parent: { tid: 1, tgid: 1 },
    cgroups: [1n, 2n],
    process: {
      cwd: bytes('/a/b'),
      exe: bytes('/bin/x'),
      args: [bytes('x')],
      file: (fd) => (fd % 2 === 0 ? { path: bytes('/f') } : undefined),
    },
  };
  for (let round = 0; round < 20; round++) {
    const { memory, kernel } = kernelOf(facts);
    kernel.currentTask();
    kernel.bprm(bytes('a'));
    kernel.siginfo({ signal: 1, errno: 0, code: 0 });
    kernel.sigaction(1n);
    kernel.filename(bytes('name'));
    for (let i = 0; i < 2000; i++) {
      const at = KERNEL_AT + 0x5000 + random.below(i < 1000 ? 0x4000 : KERNEL_END - KERNEL_AT);
      const size = random.pick([1, 2, 4, 8, 16, 64, 4096]);
      const found = kernel.look(at, size);
      if (found === 'known') expect(at + size).toBeLessThanOrEqual(KERNEL_END);
      if (found === 'unknown') expect(kernel.nameOf(at, size)).not.toBe('');
      kernel.pathAt(at);
      kernel.tidAt(at);
      // Follow what may be a pointer.
      if (found === 'known' && size === 8) kernel.look(memory.view.getUint32(at, true), 8);
    }
  }
});

describe('unknown reads', () => {
  test('are listed by how often they were met', () => {
    const unknown = new UnknownReads();
    for (const what of ['b', 'a', 'c', 'b']) unknown.add(what);
    expect(unknown.list()).toEqual([
      { what: 'b', count: 2 },
      { what: 'a', count: 1 },
      { what: 'c', count: 1 },
    ]);
    const saved = unknown.save();
    unknown.add('a');
    unknown.restore(saved);
    expect([unknown.total, unknown.list()[1]]).toEqual([4, { what: 'a', count: 1 }]);
  });

  test('of more names than anybody reads are counted together', () => {
    const unknown = new UnknownReads();
    for (let i = 0; i < 10_000; i++) unknown.add(`place ${i}`);
    expect(unknown.list().length).toBeLessThan(600);
    expect(unknown.list()[0]).toEqual({ what: 'other places', count: 9500 });
    expect(unknown.total).toBe(10_000);
  });
});

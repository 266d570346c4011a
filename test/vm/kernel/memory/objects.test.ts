// An object of clang that reads what tools read of tasks: by CO-RE it says the same on every kernel.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MACHINE_SYSCALLS } from '../../../../traces/index.ts';
import {
  KERNELS,
  linkObject,
  readObject,
  type Kernel,
  type LoadedObject,
  type TaskFacts,
} from '../../../../vm/index.ts';
import { pointOf, rig, u32 } from '../../../support/machine.ts';
import { Random, seedOf } from '../../../support/seed.ts';
import { shuffledBtf } from '../../../support/shuffled-btf.ts';
import { hasTool } from '../../../support/tools.ts';
import { vmlinux } from '../../../support/vmlinux.ts';

const OBJECT = join(import.meta.dirname, '../../../cases/kernel/task.bpf.o');
const seed = seedOf(7);
const FIRST: Kernel = Object.values(KERNELS)[0]!;
const own = vmlinux();

const ALL: readonly Kernel[] = [
  ...Object.values(KERNELS),
  {
    ...FIRST,
    name: `${FIRST.name} with all members elsewhere, seed ${seed}`,
    types: shuffledBtf(FIRST.types, new Random(seed)),
  },
  ...(own === undefined ? [] : [{ ...FIRST, name: 'the kernel of this machine', types: own }]),
];

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const PARENT: TaskFacts = { tid: 40, tgid: 40, comm: bytes('bash') };
const FACTS: TaskFacts = {
  tid: 12,
  tgid: 10,
  parent: PARENT,
  startNs: 2 ** 41 + 3,
  ids: { uid: 1000, euid: 0 },
  process: {
    cwd: bytes('/srv/www/pages'),
    exe: bytes('/usr/sbin/nginx'),
    args: [bytes('nginx'), bytes('-g'), bytes('daemon off;')],
    namespaces: { mnt: 4_026_532_000 },
    file: (fd) =>
      fd === 3 ? { path: bytes('/etc/hosts'), type: 'regular', flags: 0o100000, inode: 77 } : undefined,
  },
};

interface Loaded {
  readonly object: LoadedObject;
  readonly machine: ReturnType<typeof rig>['machine'];
  readonly faults: readonly { message: string }[];
}

function load(kernel: Kernel): Loaded {
  const { machine, faults } = rig({ kernel, syscalls: MACHINE_SYSCALLS });
  const { spec } = linkObject(readObject(readFileSync(OBJECT), 'task'), { kernel });
  const object = machine.load(spec);
  machine.attachAll(object);
  return { object, machine, faults };
}

function valueOf({ object, faults }: Loaded, map: string): Buffer {
  expect(faults).toEqual([]);
  return Buffer.from(object.maps.find(({ spec }) => spec.name === map)!.lookup(u32(0)) as Uint8Array);
}

const NAME = 32;
const textAt = (value: Buffer, at: number): string => value.toString('latin1', at, value.indexOf(0, at));

/** struct result. */
function resultOf(value: Buffer): object {
  const number = (at: number): number => value.readUInt32LE(at);
  return {
    ids: [0, 4, 8, 12, 16].map(number),
    users: [number(20), number(24)],
    mnt: number(28),
    level: number(32),
    state: value.readBigInt64LE(40),
    start: value.readBigUInt64LE(48),
    names: [56, 72, 88, 120].map((at) => textAt(value, at)),
    inode: value.readBigUInt64LE(152),
    flags: number(160),
    mode: number(164),
    args: value.toString('latin1', 168, 168 + 'nginx -g daemon off; '.length),
    cwd: Array.from({ length: 8 }, (_, i) => textAt(value, 200 + NAME * i)).filter((name) => name !== ''),
    unknown: value.readInt32LE(200 + 8 * NAME),
  };
}

describe.each(ALL.map((kernel) => [kernel.name, kernel] as const))('on %s', (_name, kernel) => {
  test('the current task, its kin, its files', () => {
    const loaded = load(kernel);
    const point = { ...pointOf({ tid: 12, tgid: 10, comm: 'worker' }), facts: FACTS };
    loaded.machine.enter(point);
    const hasSession = loaded.machine.unknown().some(({ what }) => what === 'task_struct.sessionid');
    expect(resultOf(valueOf(loaded, 'out'))).toEqual({
      ids: [12, 10, 40, 10, 12],
      users: [1000, 0],
      mnt: 4_026_532_000,
      level: 0,
      state: 0n,
      start: 2n ** 41n + 3n,
      names: ['worker', 'bash', 'nginx', 'hosts'],
      inode: 77n,
      flags: 0o100000,
      mode: 0o100000,
      args: 'nginx\0-g\0daemon off;\0',
      cwd: ['pages', 'www', 'srv', '/'],
      unknown: hasSession ? -14 : 0,
    });
    expect(loaded.machine.unknownReads).toBe(hasSession ? 1 : 0);
  });

  test('nothing is known of a task without facts', () => {
    const loaded = load(kernel);
    loaded.machine.enter(pointOf({ tid: 12, tgid: 10, comm: 'worker' }));
    const result = resultOf(valueOf(loaded, 'out'));
    expect(result).toMatchObject({
      ids: [12, 10, 0, 10, 12],
      users: [0, 0],
      names: ['worker', '', '', ''],
      cwd: [],
    });
    expect(loaded.machine.unknown().map(({ what }) => what)).toEqual(
      expect.arrayContaining(['task_struct.tgid', 'cred.uid', 'fs_struct.pwd.dentry', 'mm_struct.arg_start']),
    );
  });

  test('the program that is started, and the signal that is sent', () => {
    const loaded = load(kernel);
    const { machine } = loaded;
    machine.event({
      event: 'sched_process_exec',
      atNs: 1,
      cpu: 0,
      task: FACTS,
      filename: bytes('./run'),
      interp: bytes('/bin/sh'),
      oldTid: 13,
    });
    const exec = valueOf(loaded, 'execs');
    expect([0, 32, 64].map((at) => textAt(exec, at))).toEqual(['./run', '/bin/sh', 'nginx']);
    expect([exec.readInt32LE(96), exec.readInt32LE(100)]).toEqual([12, 13]);
    const info = { signal: 15, errno: 0, code: -6, pid: 12, uid: 1000 };
    machine.event({
      event: 'signal_generate',
      atNs: 2,
      cpu: 0,
      task: FACTS,
      target: PARENT,
      info,
      group: true,
      result: 0,
    });
    const sent = valueOf(loaded, 'sents');
    expect([0, 8, 12].map((at) => sent.readInt32LE(at))).toEqual([15, -6, 40]);
    expect(textAt(sent, 20)).toBe('bash');
  });
});

const HEADERS = '/usr/include/bpf/bpf_core_read.h';

/** Programs of an object, without what depends on where it was built. */
const parts = (path: string): unknown =>
  readObject(readFileSync(path), 'task').progs.map(({ name, insns, coreRelos }) => [
    name,
    insns,
    coreRelos.length,
  ]);

test.runIf(hasTool('clang') && existsSync(HEADERS))('the object is what clang makes of its source', () => {
  const folder = mkdtempSync(join(tmpdir(), 'task-'));
  try {
    const built = join(folder, 'task.o');
    const options = [
      '--target=bpf',
      '-mcpu=v3',
      '-O2',
      '-g',
      '-D__TARGET_ARCH_x86',
      '-I/usr/include/x86_64-linux-gnu',
    ];
    execFileSync('clang-19', [...options, '-c', OBJECT.replace(/o$/, 'c'), '-o', built], { stdio: 'pipe' });
    expect(parts(OBJECT)).toEqual(parts(built));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

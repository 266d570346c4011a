// Recordings of records at random: threads that come, go and take each other's ids, calls that overlap, stamps that step back.
import { RECORD_FLAGS, RECORD_KINDS } from '../../traces/index.ts';
import type { Recording, RecordKind, SyscallRef } from '../../traces/index.ts';
import { StringPool, type Row } from './blocks.ts';
import { recordingOf } from './sct.ts';
import type { Random } from './seed.ts';

/** Calls that change who is who, and some that do not. */
const NAMES = [
  'read',
  'write',
  'clone',
  'clone3',
  'vfork',
  'execve',
  'execve',
  'exit',
  'exit_group',
  'wait4',
  'prctl',
  'kill',
  'getppid',
  'openat',
  'close',
  'unshare',
];
const REFS: readonly SyscallRef[] = [
  ...NAMES.map((name, nr): SyscallRef => ({ arch: 'x86_64', nr, name })),
  { arch: 'i386', nr: 1, name: 'exit' },
  { arch: 'arm64', nr: -1, name: 'read' },
];
const BY_DESCRIPTOR: SyscallRef = { arch: 'x86_64', nr: 99, name: 'execveat' };
const THREADS = [1, 2, 3, 100, 101, 1125];
const KINDS = (Object.keys(RECORD_KINDS) as RecordKind[]).filter((kind) => kind !== 'call'); // keys of a const table
const { unfinished, noReturn, detached, restart } = RECORD_FLAGS;
const FLAGS = [unfinished, noReturn, detached, restart];
/** Flags of CLONE_THREAD, and of none. */
const CLONE_FLAGS = [0n, 0x10000n, 0x100n, 17n];

/** What may be odd about a recording. */
export interface Oddities {
  /** Ends of threads are told, as strace does without -qq. */
  readonly endsAreTold: boolean;
  /** Some calls run what a descriptor leads to. */
  readonly byDescriptor: boolean;
  /** Some stamps are no numbers. */
  readonly noTimes: boolean;
}

/** A recording of `blocks` blocks of up to `most` records each. */
export function randomRecording(random: Random, blocks: number, most: number, odd: Oddities): Recording {
  const strings = new StringPool();
  const texts = ['', 'sh', 'worker', '/bin/cat', '/usr/bin/a-name-that-is-long', '{flags=0x10000}'];
  const ids = texts.map((text) => strings.id(text));
  let nowNs = 0;
  const time = (): number =>
    (nowNs = Math.max(0, nowNs + random.below(9) - (random.below(8) === 0 ? 20 : 1)));
  const record = (): Row => {
    const tid = random.pick(THREADS);
    const isCall = random.below(12) > 0;
    const kind = isCall ? 'call' : random.pick(KINDS);
    const enter = odd.noTimes && random.below(40) === 0 ? Number.NaN : time();
    const spans =
      random.below(3) === 0 ? [{ arg: random.below(3), address: 0x1000n, bytes: random.pick(ids) }] : [];
    const row: Row = {
      kind: !odd.endsAreTold && (kind === 'exit' || kind === 'killed') ? 'note' : kind,
      enter,
      tid,
      tgid: random.below(4) === 0 ? random.pick(THREADS) : tid,
      cpu: random.below(4) - 1,
      comm: random.below(3) === 0 ? random.pick(ids) : ids[tid % 3]!,
      flags: random.below(5) === 0 ? random.pick(FLAGS) : 0,
      args: Array.from({ length: 6 }, () => random.pick([...CLONE_FLAGS, BigInt(random.pick(THREADS)), 15n])),
      argKinds: Array.from({ length: 6 }, () => random.below(5)),
      argText: Array.from({ length: 6 }, () => (random.below(4) === 0 ? random.pick(ids) : 0)),
      ret: BigInt(random.below(3) === 0 ? random.pick(THREADS) : random.below(3) - 1),
      errno: random.below(6) === 0 ? 32 : 0,
      retText: random.below(5) === 0 ? random.pick(ids) : 0,
      mem: spans,
    };
    const sys = random.below(REFS.length + (odd.byDescriptor ? 1 : 0));
    const exit = random.below(8) === 0 ? undefined : enter + random.below(random.below(6) === 0 ? 400 : 12);
    return { ...row, ...(isCall ? { sys } : {}), ...(exit === undefined ? {} : { exit }) };
  };
  const rows = Array.from({ length: blocks }, () => Array.from({ length: 1 + random.below(most) }, record));
  return recordingOf(odd.byDescriptor ? [...REFS, BY_DESCRIPTOR] : REFS, rows, strings);
}

// What is known of processes, against what a kernel said of them at the same moments: a program does random things under strace and writes down
// what it finds in /proc.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TaskFacts } from '../../../../vm/index.ts';
import { toolPath } from '../../../support/c-tool.ts';
import { follow, recordingOfText, shown } from '../../../support/followed.ts';
import { seedOf } from '../../../support/seed.ts';
import { hasTool } from '../../../support/tools.ts';

const SEED = seedOf(7);
const CLOEXEC = 0x80000;
const MARK_FD = -7n;
/** By the S_IFMT bits of a mode, hexadecimal; what has none is none of them. */
const TYPES: Readonly<Record<string, string>> = {
  '1000': 'fifo',
  '2000': 'character',
  '4000': 'directory',
  '6000': 'block',
  '8000': 'regular',
  c000: 'socket',
  '0': 'anon',
};

/** The log of a run. */
function record(options: readonly string[], seed: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'tailscope-truth-'));
  const program = toolPath('process-truth', ['-lpthread']);
  const log = `${folder}.log`;
  try {
    const run = ['-f', ...options, '-s', '65536', '-o', log, 'bash', '-c'];
    spawnSync('strace', [...run, `exec -a first ${program} ${folder} ${seed} 2 24`], {
      timeout: 20_000,
      killSignal: 'SIGKILL',
    });
    return readFileSync(log, 'latin1');
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(log, { force: true });
  }
}

/** A log without the calls that it took to look. */
function withoutLooking(log: string): string {
  const looking = new Set<string>();
  return log
    .split('\n')
    .filter((line) => {
      const tid = /^\d+/.exec(line)?.[0] ?? '';
      if (/ (?:write|0x1)\((?:-7|0xfffffff9), "LOOK"/.test(line)) return looking.add(tid) === undefined;
      if (/ (?:write|0x1)\((?:-7|0xfffffff9)/.test(line)) looking.delete(tid);
      return !looking.has(tid) || /--- |\+\+\+ /.test(line);
    })
    .join('\n');
}

/** What differs between what is known of a task and what the kernel said; what is not known differs in nothing. */
function differences(task: TaskFacts, truth: string): string[] {
  const { process, ids, parent } = task;
  const wrong: string[] = [];
  const compare = (
    what: string,
    ours: string | number | undefined,
    theirs: string | number | undefined,
  ): void => {
    if (ours !== undefined && ours !== '?' && String(ours) !== String(theirs))
      wrong.push(`${what} ${String(ours)}, is ${String(theirs)}`);
  };
  const isMoved = /^moved=/m.test(truth);
  const path = (what: string, ours: Uint8Array | undefined, theirs: string): void => {
    if (!isMoved) compare(what, shown(ours), theirs.replace(/ \(deleted\)$/, ''));
  };
  const check: Readonly<Record<string, (value: string) => void>> = {
    tid: (value) => compare('tid', task.tid, value),
    tgid: (value) => compare('tgid', task.tgid, value),
    Name: (value) => compare('name', shown(task.comm), value),
    Umask: (value) => compare('umask', process?.umask, Number.parseInt(value, 8)),
    PPid: (value) => compare('parent', parent?.tgid, value),
    Threads: (value) => compare('threads', process?.threads, value),
    Uid: (value) => compare('uids', known(value, [ids?.uid, ids?.euid, ids?.suid, ids?.fsuid]), value),
    Gid: (value) => compare('gids', known(value, [ids?.gid, ids?.egid, ids?.sgid, ids?.fsgid]), value),
    cwd: (value) => path('cwd', process?.cwd, value),
    exe: (value) => path('exe', process?.exe, value),
    args: (value) => compare('args', process?.args?.map(shown).join('|'), value),
  };
  const open = new Set<number>();
  for (const line of truth.split('\n')) {
    const [, key = '', value = ''] = /^([A-Za-z]+)[=:]\s*(.*)$/s.exec(line) ?? [];
    check[key]?.(value);
    const fd = /^(\d+) (\w+) (\d+) (\w+) (.*)$/.exec(key === 'fd' ? value : '');
    if (fd === null) continue;
    open.add(Number(fd[1]));
    const file = process?.file(Number(fd[1]));
    path(`path of ${fd[1]}`, file?.path, fd[5]!);
    compare(`flags of ${fd[1]}`, file?.flags, Number.parseInt(fd[2]!, 16) & ~CLOEXEC);
    compare(`type of ${fd[1]}`, file?.type, TYPES[fd[4]!]);
    if (fd[3] !== '0') compare(`inode of ${fd[1]}`, file?.inode, fd[3]);
  }
  for (let fd = 0; fd < 70; fd++)
    if (!open.has(fd) && process?.file(fd) !== undefined) wrong.push(`${fd} is closed`);
  return wrong;
}

/** `value` with what is known in place of what is. */
function known(value: string, ids: readonly (number | undefined)[]): string {
  return value
    .split('\t')
    .map((id, i) => ids[i] ?? id)
    .join('\t');
}

describe.skipIf(!hasTool('strace') || !hasTool('cc'))(`processes under strace (seed ${SEED})`, () => {
  test.for([
    [['-T', '-ttt'], 0, /^$/],
    // with -qq a parent that was killed ends, for who reads the log, only when somebody waits for it
    [['-yy', '-Y', '-qq'], 1, /^parent /],
  ] as const)('nothing that is known is wrong, with %s', ([options, round, late]) => {
    const wrong: string[] = [];
    let looks = 0;
    const recording = recordingOfText(withoutLooking(record(options, SEED + round)));
    follow(recording, ({ cursor, processes }) => {
      const { block, row, phase } = cursor;
      if (phase !== 'enter' || recording.syscalls[block.sys[row]!]?.name !== 'write') return;
      if (BigInt.asIntN(32, block.args[row * 6]!) !== MARK_FD) return;
      const truth = shown(recording.strings.bytes(block.memBytes[block.memStart[row]!]!));
      looks++;
      for (const one of differences(processes.current()!, truth).filter((text) => !late.test(text)))
        wrong.push(`line ${block.line[row]}, ${block.tid[row]}: ${one}`);
    });
    expect(wrong).toEqual([]);
    expect(looks).toBeGreaterThan(10);
  });
});

// What is known of descriptors and directories in recorded logs that have lost what strace said of them, against what it said.
import { describe, expect, test } from 'vitest';
import { follow, logLines, recordingOfText, shown, withoutNotes } from '../../../support/followed.ts';

describe.each(['shell', 'signals', 'strings', 'npm'])(
  '%s, without what strace said of descriptors',
  (name) => {
    const lines = logLines(name);
    const links = linksOf(lines);
    const seen = { agree: 0, unknown: 0 };
    const wrong: string[] = [];
    follow(recordingOfText(lines.map(withoutNotes).join('\n')), ({ cursor, processes }) => {
      if (cursor.phase !== 'enter') return;
      const line = lines[cursor.block.line[cursor.row]! - 1]!;
      const noted = /\] (\w+)\((-?\d+)<((?:[^<>]|<(?:char|block) \d+:\d+>|->)*)>/.exec(line);
      if (noted === null || PID_CALLS.has(noted[1]!)) return;
      const process = processes.current()?.process;
      const file = process?.file(Number(noted[2]));
      const isDirectory = noted[2] === '-100';
      const printed = noted[3]!.replace(/<(?:char|block).*/, '');
      const path = isDirectory ? process?.cwd : file?.path;
      const type = /^(pipe|socket|TCP|UDP|UNIX|NETLINK|anon_inode)/.exec(printed)?.[1];
      if (type === undefined ? path === undefined : file?.type === undefined) seen.unknown++;
      else if (type === undefined ? isSame(shown(path), printed, links) : file?.type === TYPES[type])
        seen.agree++;
      else wrong.push(`${line.slice(0, 120)}: ${shown(path)} ${file?.type}`);
    });

    test('a descriptor is what strace said it was, but for links that lead elsewhere', () => {
      expect(wrong).toEqual([]);
    });

    test('nearly all are known, though the recording saw only its own opens', () => {
      expect(seen.unknown / (seen.agree + seen.unknown)).toBeLessThan(name === 'signals' ? 0.6 : 0.05);
    });
  },
);

const PID_CALLS: ReadonlySet<string> = new Set([
  'kill',
  'tgkill',
  'tkill',
  'wait4',
  'prlimit64',
  'rt_sigqueueinfo',
  'setpgid',
  'getpgid',
  'sched_getaffinity',
  'sched_setaffinity',
]);
const TYPES: Readonly<Record<string, string>> = {
  pipe: 'fifo',
  anon_inode: 'anon',
  socket: 'socket',
  TCP: 'socket',
  UDP: 'socket',
  UNIX: 'socket',
  NETLINK: 'socket',
};

/** Where an open led that strace printed both ways: the path as given, the path as it is. */
function linksOf(lines: readonly string[]): Set<string> {
  const links = new Set<string>();
  const opening = new Map<string, string>();
  for (const line of lines) {
    const tid = /^\d+/.exec(line)?.[0] ?? '';
    const open = /\] openat\((?:-100|\d+)<([^>]*)>, "((?:[^"\\]|\\.)*)"/.exec(line);
    if (open !== null) opening.set(tid, open[2]!.startsWith('/') ? open[2]! : `${open[1]}/${open[2]}`);
    const led = /(?:openat\(|openat resumed>).*= \d+<([^>]*)>/.exec(line)?.[1];
    if (led !== undefined) links.add(`${escaped(opening.get(tid)!)} ${escaped(led)}`);
  }
  return links;
}

function isSame(ours: string, printed: string, links: ReadonlySet<string>): boolean {
  return escaped(ours) === escaped(printed) || links.has(`${ours} ${escaped(printed)}`);
}

/** A printed path as its bytes. */
function escaped(path: string): string {
  return path.replaceAll(/\\([0-7]{1,3}|.)/g, (_, code: string) =>
    /^[0-7]/.test(code)
      ? String.fromCharCode(Number.parseInt(code, 8))
      : ({ n: '\n', t: '\t', r: '\r', v: '\v', f: '\f' }[code] ?? code),
  );
}

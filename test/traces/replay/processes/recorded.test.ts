// The events that recorded logs make, against plain code over the raw lines.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSct } from '../../../../traces/index.ts';
import type { EventPoint } from '../../../../vm/index.ts';
import { follow, logLines, shown } from '../../../support/followed.ts';

const RECORDED = join(import.meta.dirname, '..', '..', '..', '..', 'traces', 'recorded');

/** `28639<signals> 1795359717.381 [ 13] ` and what follows. */
const LINE = /^(\d+)<[^>]*> \S+ \[.{4}\] (.*)$/s;

interface Truth {
  readonly forks: string[];
  readonly execs: string[];
  readonly exits: string[];
  readonly delivered: string[];
  readonly sent: string[];
}

/** Forks as `parent -> child`, execs as `tid path`, ends as `tid code`, signals as `tid number code`: from the text alone. */
function truthOf(lines: readonly string[]): Truth {
  const truth: Truth = { forks: [], execs: [], exits: [], delivered: [], sent: [] };
  const open = new Map<string, string>();
  const renamed = new Map<string, string>();
  for (const line of lines) {
    const [, tid = '', body = ''] = LINE.exec(line) ?? [];
    const superseded = /^\+\+\+ superseded by execve in pid (\d+)/.exec(body);
    if (superseded !== null) {
      renamed.set(tid, superseded[1]!);
      truth.exits.push(`${tid} 0`);
    }
    const end = /^\+\+\+ (exited with|killed by) (\w+)( \(core dumped\))? \+\+\+/.exec(body);
    if (end !== null) {
      const code =
        end[1] === 'exited with'
          ? Number(end[2]) << 8
          : SIGNALS[end[2]!]! | (end[3] === undefined ? 0 : 0x80);
      truth.exits.push(`${tid} ${code}`);
    }
    const signal = /^--- SIG\w+ \{si_signo=(\d+), si_code=(\w+)/.exec(body);
    if (signal !== null) truth.delivered.push(`${tid} ${signal[1]} ${Number(signal[2]) | 0}`);
    if (body.endsWith('<unfinished ...>')) {
      open.set(tid, body);
      continue;
    }
    const resumed = /^<\.\.\. (\w+) resumed>(.*)$/s.exec(body);
    const caller = renamed.get(tid) ?? tid;
    const first = resumed === null ? body : (open.get(caller) ?? '');
    const result = /= (\d+)(?:<[^>]*>)?(?: <[\d.]+>)?$/.exec(body)?.[1];
    if (result === undefined) continue;
    if (/^(?:clone3?|v?fork)\(/.test(first)) truth.forks.push(`${tid} -> ${result}`);
    const path = /^execve\("((?:[^"\\]|\\.)*)"/.exec(first)?.[1];
    if (path !== undefined) {
      truth.execs.push(`${tid} ${path} ${caller}`);
      renamed.delete(tid);
    }
    const sent = /^(kill|tgkill|tkill)\((\d+)<?.*?, (\d+)\)/.exec(first);
    if (sent !== null && sent[3] !== '0') truth.sent.push(`${tid} ${sent[3]}`);
  }
  return truth;
}

const SIGNALS: Readonly<Record<string, number>> = {
  SIGSEGV: 11,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGTERM: 15,
  SIGPIPE: 13,
  SIGINT: 2,
};

function eventsOf(name: string): EventPoint[] {
  const all: EventPoint[] = [];
  // an event stands for its moment: what will be compared is taken out of it there
  follow(openSct(readFileSync(join(RECORDED, `${name}.sct`))), ({ events }) => {
    for (const event of events) {
      const task = { tid: event.task.tid, tgid: event.task.tgid };
      if (event.event === 'sched_process_fork')
        all.push({ ...event, task, child: { tid: event.child.tid, tgid: event.child.tgid } });
      else all.push({ ...event, task });
    }
  });
  return all;
}

describe.each(['shell', 'signals', 'strings', 'gcc-make', 'npm', 'fail'])('%s', (name) => {
  const truth = truthOf(logLines(name));
  const events = eventsOf(name);
  const of = <Name extends EventPoint['event']>(kind: Name): Extract<EventPoint, { event: Name }>[] =>
    events.filter((event): event is Extract<EventPoint, { event: Name }> => event.event === kind);

  test('every child that a log shows is a fork of the one who made it', () => {
    const forks = of('sched_process_fork').map(({ task, child }) => `${task.tid} -> ${child.tid}`);
    expect(forks.toSorted()).toEqual(truth.forks.toSorted());
  });

  test('every exec that worked is one, in order', () => {
    const execs = of('sched_process_exec').map(
      (event) => `${event.task.tid} ${shown(event.filename)} ${event.oldTid}`,
    );
    expect(execs).toEqual(truth.execs);
  });

  test('every thread ends once, with its code', () => {
    const exits = of('sched_process_exit').map(({ task, exitCode }) => `${task.tid} ${exitCode}`);
    expect(exits.toSorted()).toEqual(truth.exits.toSorted());
  });

  test('every signal that a log shows is delivered, besides the SIGKILLs that end a group', () => {
    const delivered = of('signal_deliver')
      .filter(({ info }) => info.signal !== 9)
      .map(({ task, info }) => `${task.tid} ${info.signal} ${info.code}`);
    expect(delivered).toEqual(truth.delivered);
  });

  test('every kill that worked generates its signal', () => {
    const sent = of('signal_generate')
      .filter(({ info }) => info.signal !== 17 && info.code <= 0 && info.code !== -1 && info.signal !== 13)
      .map(({ task, info }) => `${task.tid} ${info.signal}`);
    for (const one of truth.sent) expect(sent).toContain(one);
  });

  test('a SIGCHLD that arrives was sent by the child when it ended', () => {
    const sent = new Set<number>();
    for (const event of events) {
      if (event.event === 'signal_generate' && event.info.signal === 17) sent.add(event.info.pid ?? 0);
      if (event.event === 'signal_deliver' && event.info.signal === 17 && event.info.code <= 3)
        expect(sent).toContain(event.info.pid);
    }
  });
});

// A recording driven through programs: what runs between the points that they listen to.
import { expect, test } from 'vitest';
import { createReplay } from '../../../backend/session/replay.ts';
import { assembleObject } from '../../../vm/index.ts';
import { recordingOf } from '../../support/logs.ts';

const PERIOD_NS = 1_000_000;

/** The first call starts a timer that counts and starts itself again; nothing else is listened to. */
const METRONOME = `.license GPL
  .map beats array key=4 value=32 entries=1 fields=timer@8
  .section "tp_btf/sys_enter"
  first:
    *(u32 *)(r10 - 4) = 0
    r1 = beats ll
    r2 = r10
    r2 += -4
    call map_lookup_elem
    if r0 == 0 goto out
    r6 = r0
    r6 += 8
    r1 = r6
    r2 = beats ll
    r3 = 1
    call timer_init
    if r0 != 0 goto out
    r1 = r6
    r2 = beat ll
    call timer_set_callback
    r1 = r6
    r2 = ${PERIOD_NS}
    r3 = 0
    call timer_start
  out:
    r0 = 0
    exit
  .text
  beat:
    r1 = 1
    lock *(u64 *)(r3 + 0) += r1
    r1 = r3
    r1 += 8
    r2 = ${PERIOD_NS}
    r3 = 0
    call timer_start
    r0 = 0
    exit`;

test('timers run at every point, also where no program is attached', async () => {
  const replay = createReplay(await recordingOf('signals'), { spec: assembleObject(METRONOME, 'metronome') });
  const { cursor, machine, object } = replay;
  expect([machine.listens('enter'), machine.listens('exit')]).toEqual([true, false]);
  const phases = new Set<string>();
  let firstNs = Number.NaN;
  while (cursor.nextNs() < Infinity) {
    replay.run(Infinity, 1, () => false);
    if (Number.isNaN(firstNs) && cursor.phase === 'enter') firstNs = cursor.atNs;
    const due = Number.isNaN(firstNs) ? 0 : Math.floor((cursor.atNs - firstNs) / PERIOD_NS);
    const value = object.maps[0]!.lookup(new Uint8Array(4)) as Uint8Array; // an array has all its elements
    expect(new DataView(value.buffer).getBigUint64(0, true)).toBe(BigInt(due));
    if (due > 0) phases.add(cursor.phase);
  }
  expect([...phases]).toContain('exit');
});

/** Sections, and what the program at their hook leaves behind: how often it ran, and who it was the last time. */
const WITNESSED = [
  'tracepoint/sched/sched_process_fork',
  'tracepoint/sched/sched_process_exec',
  'tracepoint/sched/sched_process_exit',
  'tracepoint/signal/signal_generate',
  'tracepoint/signal/signal_deliver',
  'tracepoint/syscalls/sys_exit_execve',
] as const;

const WITNESS = `.license GPL
  .map seen array key=4 value=16 entries=${WITNESSED.length}
${WITNESSED.map(
  (section, i) => `  .section "${section}"
  witness_${i}:
    call get_current_pid_tgid
    *(u64 *)(r10 - 16) = r0
    *(u32 *)(r10 - 4) = ${i}
    r1 = seen ll
    r2 = r10
    r2 += -4
    call map_lookup_elem
    if r0 == 0 goto out_${i}
    r1 = 1
    lock *(u64 *)(r0 + 0) += r1
    r1 = *(u64 *)(r10 - 16)
    *(u64 *)(r0 + 8) = r1
  out_${i}:
    r0 = 0
    exit`,
).join('\n')}`;

test('programs on processes and signals see what the recording tells of them', async () => {
  const replay = createReplay(await recordingOf('signals'), { spec: assembleObject(WITNESS, 'witness') });
  const half = replay.save();
  replay.run(Infinity, Infinity, () => false);
  const seen = (): string[] =>
    WITNESSED.map((section, i) => {
      const value = replay.object.maps[0]!.lookup(Uint8Array.of(i, 0, 0, 0)) as Uint8Array; // an array has all its elements
      const view = new DataView(value.buffer, value.byteOffset);
      return `${section.slice(section.lastIndexOf('/') + 1)} ${view.getBigUint64(0, true)} ${view.getUint32(8, true)}`;
    });
  // the exec is that of thread 28652, which goes on as 28650
  const expected = [
    'sched_process_fork 16 28653',
    'sched_process_exec 2 28650',
    'sched_process_exit 17 28639',
    'signal_generate 26 28639',
    'signal_deliver 38 28639',
    'sys_exit_execve 2 28650',
  ];
  expect(seen()).toEqual(expected);
  replay.restore(half);
  replay.run(Infinity, Infinity, () => false);
  expect(seen()).toEqual(expected);
});

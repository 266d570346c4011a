// A whole recording through a machine does the same in batches as point by point, with either engine.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createOutlets } from '../../../backend/session/outlets.ts';
import { MACHINE_SYSCALLS, openSct, runRecording } from '../../../traces/index.ts';
import { assembleObject, createMachine, formatPrintk } from '../../../vm/index.ts';
import type { EngineName, ObjectSpec } from '../../../vm/index.ts';
import { linkSample, SAMPLE_NAMES } from '../../support/samples.ts';

const RECORDED = join(import.meta.dirname, '..', '..', '..', 'traces', 'recorded');

interface Outcome {
  readonly isBatched: boolean;
  readonly seen: object;
}

/** Everything that can be seen of a run. */
function outcomeOf(spec: ObjectSpec, name: string, engine: EngineName): Outcome {
  const recording = openSct(new Uint8Array(readFileSync(join(RECORDED, `${name}.sct`))));
  const told: string[] = [];
  const machine = createMachine({
    cpus: 1,
    limitInsns: 1_000_000,
    syscalls: MACHINE_SYSCALLS,
    engine,
    onPrintk: (printk) => told.push(formatPrintk(printk)),
    onFault: (fault) => told.push(JSON.stringify(fault)),
  });
  const object = machine.load(spec);
  const attached = machine.attachAll(object).map(({ hooks, refused }) => [hooks.length, refused]);
  const outlets = createOutlets(object, (map, record) => {
    told.push(`${map.spec.name} at ${atNs}: ${record.kind === 'sample' ? hex(record.data) : record.kind}`);
  });
  let atNs = 0;
  const run = runRecording(recording, machine, {
    onRecords: (now) => {
      atNs = now;
      outlets.drain();
    },
  });
  const counters = object.progs.map(({ spec, runs, insnsRun, faults }) => [
    spec.name,
    runs,
    insnsRun,
    faults,
  ]);
  const maps = object.maps.map((map) => {
    const elements: string[] = [];
    for (let key = map.nextKey(undefined); typeof key !== 'number'; key = map.nextKey(key)) {
      const value = map.lookup(key);
      elements.push(`${hex(key)}: ${typeof value === 'number' ? value : hex(value)}`);
    }
    return [map.spec.name, map.dropped, elements];
  });
  const jumps = object.maps
    .filter(({ spec }) => spec.type === 'prog_array')
    .map((map) => JSON.stringify(object.progArray(map)));
  const { insnsRun, unknownReads } = machine;
  return {
    isBatched: run.isBatched,
    seen: { told, attached, counters, maps, jumps, insnsRun, unknownReads, atNs: run.atNs },
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Runs both ways; says whether the one with generated code came in batches. */
function expectSame(spec: ObjectSpec, name: string): boolean {
  const compiled = outcomeOf(spec, name, 'jit');
  const interpreted = outcomeOf(spec, name, 'interp');
  expect(interpreted.isBatched).toBe(false);
  expect(compiled.seen).toEqual(interpreted.seen);
  return compiled.isBatched;
}

test.each(SAMPLE_NAMES)('the sample %s', (sample) => {
  const spec = linkSample(sample);
  for (const name of ['signals', 'strings', 'packets']) expectSame(spec, name);
});

describe('tracex5 in batches', () => {
  test.each(['shell', 'threads'])('over %s', (name) => {
    expect(expectSame(linkSample('tracex5'), name)).toBe(true);
  });
});

/** The first call starts a timer that starts itself again every ms. */
const METRONOME = `.license GPL
.map beats array key=4 value=32 entries=1 fields=timer@8
.section "tp_btf/sys_enter"
first:
*(u32 *)(r10 - 4) = 0
r1 = map[beats] ll
r2 = r10
r2 += -4
call map_lookup_elem
if r0 == 0 goto out
r6 = r0
r6 += 8
r1 = r6
r2 = map[beats] ll
r3 = 1
call timer_init
if r0 != 0 goto out
r1 = r6
r2 = beat ll
call timer_set_callback
r1 = r6
r2 = 1000000
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
r2 = 1000000
r3 = 0
call timer_start
r0 = 0
exit`;

test('timers run at every point, so that points are handed over one by one', () => {
  expect(expectSame(assembleObject(METRONOME, 'metronome'), 'signals')).toBe(false);
});

test('programs that listen to exits, by name and time', () => {
  const text = `.map last hash key=16 value=8 entries=64
.section "tracepoint/raw_syscalls/sys_exit"
last:
r1 = r10
r1 += -16
r2 = 16
call get_current_comm
call ktime_get_ns
*(u64 *)(r10 - 24) = r0
r1 = map[last] ll
r2 = r10
r2 += -16
r3 = r10
r3 += -24
r4 = 0
call map_update_elem
r0 = 0
exit`;
  expect(expectSame(assembleObject(text, 'last'), 'shell')).toBe(true);
});

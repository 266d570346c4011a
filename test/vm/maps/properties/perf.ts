// perf_event_array: samples in the event of each CPU, of one page, and how many were lost.
import { u32 } from '../../../support/machine.ts';
import { progRig } from './prog-rig.ts';
import { CPUS, indices, modelSide, realSide, type MapProperty, type Step } from './property.ts';
import { indexOf, PAGE, sum, taken } from './rings.ts';

const [ENOENT, E2BIG, EBADF, EINVAL, ENOSPC, EOPNOTSUPP] = [-2, -7, -9, -22, -28, -95] as const;

const SLOTS = 2;
/** A sample in the buffer: header, length, 8 bytes and padding; what is told of lost ones. */
const SAMPLE_BYTES = 24;
const LOST_BYTES = 24;

interface PerfState {
  /** The event of a slot, by its CPU. */
  slots: (number | undefined)[];
  events: { records: string[]; bytes: number; lost: number; dropped: number }[];
}

export const PERF: MapProperty = {
  title: 'a plain list of so many bytes for each CPU',
  whats: [...Array.from({ length: 12 }, () => 'burst'), 'output', 'consume', 'set', 'remove', 'dropped'],
  keys: indices(SLOTS + 1),
  flags: [0, 0, 0, 0, 1],
  real() {
    const text =
      'r1 = r9\nr2 = map[m] ll\nr3 = 0xffffffff ll\nr4 = r6\nr4 += 8\nr5 = 8\ncall perf_event_output';
    const { machine, map, run } = progRig(`perf_event_array key=4 value=4 entries=${SLOTS}`, {
      output: text,
    });
    const { bpf } = machine;
    // The loader has put events into the slots; these are the property's own.
    const fds = Array.from({ length: CPUS }, (_, cpu) => bpf.perfEventOpen(cpu, 1));
    for (let slot = 0; slot < SLOTS; slot++) map.delete(u32(slot));
    const output = (step: Step): number => run('output', step);
    return realSide(machine, {
      output,
      burst(step) {
        const answers = Array.from({ length: step.value }, () => output(step));
        return answers.filter((answer) => answer !== 0);
      },
      consume: () => taken(map),
      set: ({ key, cpu, value, flags }) =>
        map.update(Buffer.from(key, 'hex'), u32(value < 20 ? 9999 : fds[cpu]!), flags),
      remove: ({ key }) => map.delete(Buffer.from(key, 'hex')),
      dropped: () => map.dropped,
    });
  },
  model() {
    const output = (state: PerfState, { cpu, value }: Step): number => {
      const of = state.slots[cpu];
      if (of === undefined) return ENOENT;
      if (of !== cpu) return EOPNOTSUPP;
      const event = state.events[of]!;
      const need = SAMPLE_BYTES + (event.lost > 0 ? LOST_BYTES : 0);
      if (need > PAGE - 1 - event.bytes) {
        event.lost += 1;
        event.dropped += 1;
        return ENOSPC;
      }
      if (event.lost > 0) event.records.push(`${cpu} lost ${event.lost}`);
      event.lost = 0;
      event.records.push(`${cpu} ${value} of 12`);
      event.bytes += need;
      return 0;
    };
    const ofSlots = (state: PerfState): PerfState['events'] =>
      state.slots.filter((of) => of !== undefined).map((of) => state.events[of]!);
    const start: PerfState = {
      slots: Array.from({ length: SLOTS }, () => undefined),
      events: Array.from({ length: CPUS }, () => ({ records: [], bytes: 0, lost: 0, dropped: 0 })),
    };
    return modelSide(start, {
      output,
      burst(state, step) {
        const answers = Array.from({ length: step.value }, () => output(state, step));
        return answers.filter((answer) => answer !== 0);
      },
      consume(state) {
        const all: string[] = [];
        for (const event of ofSlots(state)) {
          all.push(...event.records);
          event.records = [];
          event.bytes = 0;
        }
        return all;
      },
      set(state, step) {
        if (step.flags !== 0) return EINVAL;
        if (indexOf(step) >= SLOTS) return E2BIG;
        if (step.value < 20) return EBADF;
        state.slots[indexOf(step)] = step.cpu;
        return 0;
      },
      remove(state, step) {
        if (indexOf(step) >= SLOTS) return E2BIG;
        if (state.slots[indexOf(step)] === undefined) return ENOENT;
        state.slots[indexOf(step)] = undefined;
        return 0;
      },
      dropped: (state) => sum(ofSlots(state).map((event) => event.dropped)),
    });
  },
};

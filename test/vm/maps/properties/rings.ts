// ringbuf and user_ringbuf: records one behind the other, in a buffer of one page.
import { progRig } from './prog-rig.ts';
import { indices, modelSide, realSide, type MapProperty, type Step } from './property.ts';
import type { BpfMap } from '../../../../vm/index.ts';

export const PAGE = 4096;
const [EINVAL, ENOSPC] = [-22, -28] as const;

/** Records as they come out: the first byte and the length, or how many were lost, and the CPU where there is one. */
export function taken(map: BpfMap): string[] {
  const records: string[] = [];
  map.consume((record) => {
    const what =
      record.kind === 'lost' ? `lost ${record.count}` : `${record.data[0]} of ${record.data.length}`;
    records.push(`${record.cpu ?? ''} ${what}`);
  });
  return records;
}

/** Bytes in the ring of a record with so many bytes: an 8-byte header, and up to a multiple of 8. */
const inRing = (size: number): number => 8 * Math.ceil((size + 8) / 8);
export const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

const SIZES = [1, 8, 500, 2000, 4080] as const;
export const indexOf = ({ key }: Step): number => Number.parseInt(key.slice(0, 2), 16);
const sizeOf = (step: Step): number => SIZES[indexOf(step)]!;

interface RingState {
  records: { bytes: number; told: string | undefined }[];
  dropped: number;
}

/** Reserves a record, fills its first byte and ends it. */
const reserving = (size: number, end: string): string =>
  `r1 = map[m] ll\nr2 = ${size}\nr3 = 0\ncall ringbuf_reserve\nif r0 != 0 goto have_${end}${size}\nr0 = 0\nexit\nhave_${end}${size}:
  r1 = *(u64 *)(r6 + 8)\n*(u8 *)(r0 + 0) = r1\nr1 = r0\nr2 = *(u64 *)(r6 + 16)\ncall ringbuf_${end}\nr0 = 1`;

const RINGBUF: MapProperty = {
  title: 'a plain queue of so many bytes',
  whats: ['submit', 'submit', 'discard', 'output', 'consume', 'dropped', 'filled'],
  keys: indices(SIZES.length),
  flags: [0, 1, 2],
  real() {
    const progs = Object.fromEntries(
      SIZES.flatMap((size) => ['submit', 'discard'].map((end) => [`${end}${size}`, reserving(size, end)])),
    );
    const output = 'r1 = map[m] ll\nr2 = r6\nr2 += 8\nr3 = 8\nr4 = *(u64 *)(r6 + 16)\ncall ringbuf_output';
    const query = 'r1 = map[m] ll\nr2 = 0\ncall ringbuf_query';
    const { machine, map, run } = progRig(`ringbuf key=0 value=0 entries=${PAGE}`, {
      ...progs,
      output,
      query,
    });
    return realSide(machine, {
      submit: (step) => run(`submit${sizeOf(step)}`, step),
      discard: (step) => run(`discard${sizeOf(step)}`, step),
      output: (step) => run('output', step),
      consume: () => taken(map),
      dropped: () => map.dropped,
      filled: (step) => run('query', step),
    });
  },
  model() {
    const add = (state: RingState, size: number, told: string | undefined): boolean => {
      const bytes = inRing(size);
      const fits = sum(state.records.map((record) => record.bytes)) + bytes < PAGE;
      if (fits) state.records.push({ bytes, told });
      else state.dropped += 1;
      return fits;
    };
    const start: RingState = { records: [], dropped: 0 };
    return modelSide(start, {
      submit: (state, step) => Number(add(state, sizeOf(step), ` ${step.value} of ${sizeOf(step)}`)),
      discard: (state, step) => Number(add(state, sizeOf(step), undefined)),
      output: (state, step) => (add(state, 8, ` ${step.value} of 8`) ? 0 : -11),
      consume(state) {
        const told = state.records.map((record) => record.told).filter((one) => one !== undefined);
        state.records = [];
        return told;
      },
      dropped: ({ dropped }) => dropped,
      filled: ({ records }) => sum(records.map(({ bytes }) => bytes)),
    });
  },
};

/** Adds the first byte of each record to a digest at r6 + 8, and goes on after it, or not. */
const drain = (name: string, result: number): string =>
  `*(u64 *)(r10 - 8) = 0\nr1 = map[m] ll\nr2 = ${name}_each ll\nr3 = r10\nr3 += -8\nr4 = 0\ncall user_ringbuf_drain\nr1 = *(u64 *)(r10 - 8)
  *(u64 *)(r6 + 8) = r1\nexit\n${name}_each:
  r6 = r2\n*(u64 *)(r10 - 8) = 0\nr2 = r1\nr1 = r10\nr1 += -8\nr3 = r2\nr2 = 1\nr4 = 0\nr5 = 0\ncall dynptr_read
  r1 = *(u64 *)(r6 + 0)\nr1 *= 7\nr2 = *(u64 *)(r10 - 8)\nr1 += r2\n*(u64 *)(r6 + 0) = r1\nr0 = ${result}`;

/** Where a record may have been reserved: a few of the places where short ones begin. */
const placeOf = (value: number): number => 16 * (value % 6);

interface UserState {
  records: { position: number; bytes: number; size: number; now: 'busy' | 'gone' | number }[];
  /** Where the next record begins. */
  end: number;
}

const USER_RINGBUF: MapProperty = {
  title: 'a plain queue that programs drain',
  whats: ['send', 'send', 'send', 'reserve', 'submit', 'discard', 'drain', 'drain one'],
  keys: indices(SIZES.length),
  flags: [0],
  real() {
    const progs = { all: drain('all', 0), one: drain('one', 1) };
    const { machine, map, run, left } = progRig(`user_ringbuf key=0 value=0 entries=${PAGE}`, progs);
    const { bpf } = machine;
    const { fd } = map;
    return realSide(machine, {
      send(step) {
        const position = bpf.userRingbufReserve(fd, sizeOf(step));
        return position < 0
          ? position
          : [position, bpf.userRingbufSubmit(fd, position, Uint8Array.of(step.value))];
      },
      reserve: (step) => bpf.userRingbufReserve(fd, sizeOf(step)),
      submit: ({ value }) => bpf.userRingbufSubmit(fd, placeOf(value), Uint8Array.of(value)),
      discard: ({ value }) => bpf.userRingbufDiscard(fd, placeOf(value)),
      drain: (step) => [run('all', step), left()],
      'drain one': (step) => [run('one', step), left()],
    });
  },
  model() {
    const reserve = (state: UserState, size: number): number => {
      const bytes = inRing(size);
      if (bytes > PAGE - sum(state.records.map((record) => record.bytes))) return ENOSPC;
      state.records.push({ position: state.end, bytes, size, now: 'busy' });
      state.end += bytes;
      return state.end - bytes;
    };
    const settle = (state: UserState, position: number, now: 'gone' | number): number => {
      const record = state.records.find((one) => one.position === position);
      if (record?.now !== 'busy') return EINVAL;
      record.now = now;
      return 0;
    };
    const drained = (state: UserState, most: number): number[] => {
      let [count, digest] = [0, 0];
      while (count < most && state.records.length > 0 && state.records[0]!.now !== 'busy') {
        const { now } = state.records.shift()!;
        if (typeof now !== 'number') continue;
        count += 1;
        digest = (digest * 7 + now) & 0xff;
      }
      return [count, digest];
    };
    const start: UserState = { records: [], end: 0 };
    return modelSide(start, {
      send(state, step) {
        const position = reserve(state, sizeOf(step));
        return position < 0 ? position : [position, settle(state, position, step.value)];
      },
      reserve: (state, step) => reserve(state, sizeOf(step)),
      submit: (state, { value }) => settle(state, placeOf(value), value),
      discard: (state, { value }) => settle(state, placeOf(value), 'gone'),
      drain: (state) => drained(state, Infinity),
      'drain one': (state) => drained(state, 1),
    });
  },
};

export const RINGS = {
  ringbuf: [RINGBUF],
  user_ringbuf: [USER_RINGBUF],
} as const;

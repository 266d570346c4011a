// The page's state from message to message.
import { expect, test } from 'vitest';
import { f64Column, u32Column } from '../../backend/protocol/index.ts';
import { INITIAL_STATE, type Message, type PageState } from '../../frontend/src/state/page-state.ts';
import { reduce } from '../../frontend/src/state/reduce.ts';
import { makeFrame, makeHeat, makeInfo, makePipe } from './make-frame.ts';

const CONNECTED: Message = { kind: 'link', link: { status: 'connected', attempt: 0 } };

function play(...messages: readonly Message[]): PageState {
  return messages.reduce(reduce, INITIAL_STATE);
}
function frame(part: Parameters<typeof makeFrame>[0]): Message {
  return { kind: 'frame', frame: makeFrame(part) };
}
function joined(epoch: number): Message {
  return { kind: 'joined', info: makeInfo(epoch) };
}

test('takes a frame of the session it joined', () => {
  const state = play(CONNECTED, joined(3), frame({ epoch: 3, seq: 1, calls: 7 }));
  expect(state.frame?.calls).toBe(7);
});

test('throws away a frame of an older epoch', () => {
  const state = play(
    CONNECTED,
    joined(3),
    frame({ epoch: 3, seq: 4, calls: 7 }),
    frame({ epoch: 2, seq: 5, calls: 99 }),
  );
  expect(state.frame?.calls).toBe(7);
});

test('throws away a frame that comes after a later one of its epoch', () => {
  const state = play(CONNECTED, joined(1), frame({ seq: 5, calls: 50 }), frame({ seq: 4, calls: 40 }));
  expect(state.frame?.calls).toBe(50);
});

test('records are kept as lines; another program over the same recording begins with none', () => {
  const records = {
    whole: true,
    total: 2,
    records: [{ map: 'events', atNs: 1_500_000, text: '{"pid": 7}' }],
  };
  const state = play(CONNECTED, joined(1), frame({ epoch: 1, seq: 1, records }));
  expect(state.records).toEqual({ total: 2, lines: [{ number: 2, text: '0.001500 events: {"pid": 7}' }] });
  const other = reduce(state, { kind: 'changed', info: { ...makeInfo(2), program: 'other' } });
  expect([other.records.total, other.frame, other.mapPage]).toEqual([0, undefined, undefined]);
});

test('takes the frames of a newer epoch, whose totals may be smaller', () => {
  const state = play(
    CONNECTED,
    joined(1),
    frame({ seq: 5, calls: 50 }),
    frame({ epoch: 2, seq: 6, calls: 3 }),
  );
  expect([state.frame?.calls, state.epoch]).toEqual([3, 2]);
});

test('keeps a frame that came before the answer to its join', () => {
  const state = play(CONNECTED, frame({ epoch: 4, calls: 7 }), joined(4));
  expect(state.frame?.calls).toBe(7);
});

test('after a reconnection takes frames of a server that was started anew', () => {
  const lost: Message = { kind: 'link', link: { status: 'lost', attempt: 1 } };
  const state = play(
    CONNECTED,
    joined(9),
    frame({ epoch: 9, seq: 80, calls: 5 }),
    lost,
    CONNECTED,
    joined(1),
    frame({ epoch: 1, seq: 1, calls: 6 }),
  );
  expect(state.frame?.calls).toBe(6);
});

test('keeps showing the last figures while the connection is lost', () => {
  const state = play(CONNECTED, joined(1), frame({ calls: 5 }), {
    kind: 'link',
    link: { status: 'lost', attempt: 2 },
  });
  expect([state.frame?.calls, state.link.attempt]).toEqual([5, 2]);
});

test('splices the changed columns into the heat map and leaves the old one as it was', () => {
  const before = play(CONNECTED, joined(1), frame({ seq: 1, heat: makeHeat([1, 2, 3, 4]) }));
  const after = reduce(before, frame({ seq: 2, heat: makeHeat([30, 40], 2) }));
  expect([...after.heat!.counts]).toEqual([1, 2, 30, 40]);
  expect([...before.heat!.counts]).toEqual([1, 2, 3, 4]);
});

test('replaces the heat map by a whole one, and by that of a new epoch', () => {
  const first = frame({ seq: 1, heat: makeHeat([1, 2, 3, 4]) });
  expect([...play(CONNECTED, joined(1), first, frame({ seq: 2, heat: makeHeat([9]) })).heat!.counts]).toEqual(
    [9, 0, 0, 0],
  );
  const part = frame({ epoch: 2, seq: 2, heat: makeHeat([7], 1) });
  expect([...play(CONNECTED, joined(1), first, part).heat!.counts]).toEqual([0, 7, 0, 0]);
});

test('lines of trace_pipe follow each other within an epoch and start again with the next', () => {
  const first = frame({ seq: 1, pipe: makePipe(2, ['a', 'b']) });
  const second = frame({ seq: 2, pipe: makePipe(3, ['c'], false) });
  expect(play(CONNECTED, joined(1), first, second).pipe.lines.map(({ text }) => text)).toEqual([
    'a',
    'b',
    'c',
  ]);
  const back = frame({ epoch: 2, seq: 3, pipe: makePipe(1, ['a']) });
  expect(play(CONNECTED, joined(1), first, second, back).pipe).toEqual({
    total: 1,
    lines: [{ number: 1, text: 'a' }],
  });
});

test('reads the columns of system calls and errors, at whatever offset they arrive', () => {
  const figures = [
    [2, 3],
    [1, 0],
    [50, 60],
    [30, 40],
    [20, Number.NaN],
    [25, 35],
    [28, 38],
  ].flat();
  // A view into a larger buffer that starts at an odd byte, as a websocket may hand it over.
  const padded = new Uint8Array([0, ...f64Column(figures)]).subarray(1);
  const state = play(
    CONNECTED,
    frame({
      syscalls: { sys: u32Column([4, 9]), figures: padded },
      errnos: { sys: u32Column([4]), errno: u32Column([2]), count: f64Column([1]) },
    }),
  );
  expect(state.frame?.syscalls).toEqual([
    { sys: 4, calls: 2, errors: 1, totalNs: 50, maxNs: 30, p50Ns: 20, p95Ns: 25, p99Ns: 28 },
    { sys: 9, calls: 3, errors: 0, totalNs: 60, maxNs: 40, p50Ns: Number.NaN, p95Ns: 35, p99Ns: 38 },
  ]);
  expect(state.frame?.errnos).toEqual([{ sys: 4, errno: 2, count: 1 }]);
});

test('another recording clears what belonged to the old one; a seek in the same one does not', () => {
  const shown = [CONNECTED, joined(1), frame({ calls: 5, pipe: makePipe(1, ['a']) })] as const;
  const other = play(...shown, { kind: 'changed', info: makeInfo(2, { name: 'npm' }) });
  expect([other.frame, other.heat, other.pipe.total]).toEqual([undefined, undefined, 0]);
  const same = play(...shown, { kind: 'changed', info: makeInfo(2) });
  expect(same.frame?.calls).toBe(5);
});

test('frames of the old recording that are still under way are thrown away', () => {
  const state = play(
    CONNECTED,
    joined(1),
    { kind: 'changed', info: makeInfo(2, { name: 'npm' }) },
    frame({ epoch: 1, seq: 9 }),
  );
  expect(state.frame).toBeUndefined();
});

test('adds up the insns of all programs', () => {
  const prog = { section: '', attached: [], engine: 'jit' as const, insns: 1, runs: 1, faults: 0 };
  const programs = {
    ...makeFrame().programs,
    progs: [
      { ...prog, name: 'a', insnsRun: 40 },
      { ...prog, name: 'b', insnsRun: 2 },
    ],
  };
  expect(play(CONNECTED, frame({ programs })).frame?.insns).toBe(42);
});

test('the same notice counts up instead of standing twice, and goes when dismissed', () => {
  const notice: Message = { kind: 'notice', tone: 'error', text: 'There is no recording named x.' };
  const state = play(notice, notice, { kind: 'notice', tone: 'info', text: 'Other.' });
  expect(state.notices.map(({ text, times }) => [text, times])).toEqual([
    ['There is no recording named x.', 2],
    ['Other.', 1],
  ]);
  const dismissed = reduce(state, { kind: 'dismiss', id: state.notices[0]!.id });
  expect(dismissed.notices.map(({ text }) => text)).toEqual(['Other.']);
});

test('a frame whose columns are cut is refused', () => {
  const cut = frame({ syscalls: { sys: u32Column([1]), figures: new Uint8Array(55) } });
  expect(() => play(CONNECTED, cut)).toThrow(RangeError);
});

test('a frame from before the connection does not pass for one of another recording with the same epoch', () => {
  const other = { ...makeInfo(1), recording: { ...makeInfo(1).recording, name: 'other' } };
  const state = play(CONNECTED, joined(1), frame({ calls: 5 }), CONNECTED, { kind: 'joined', info: other });
  expect(state.frame).toBeUndefined();
});

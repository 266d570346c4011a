// What is made of an object whose programs are for several kernels.
import { expect, test } from 'vitest';
import { UserError } from '../../../backend/errors.ts';
import { openProgram, readProgram, type ProgramOptions } from '../../../backend/library/programs.ts';
import { createReplay, type Replay } from '../../../backend/session/replay.ts';
import { OBJECT_FOLDER } from '../../support/elf-object.ts';
import { recordingOf } from '../../support/logs.ts';

const recording = await recordingOf('dd');

function replayOf(options: ProgramOptions): Replay {
  const replay = createReplay(recording, openProgram(readProgram(`${OBJECT_FOLDER}kernels.o`, options)));
  replay.run(Infinity, Infinity, () => false);
  return replay;
}

const NO_FUNCTION = {
  name: 'no_function',
  section: 'fentry/no_such_function',
  why: "the kernel's types do not tell what no_such_function is given",
};

test('a program at a function that the kernel does not know is left out, and the others run', () => {
  const { leftOut, object, totals } = replayOf({});
  expect(leftOut).toEqual([NO_FUNCTION]);
  expect(object.progs.map(({ spec, runs }) => [spec.name, runs])).toEqual([
    ['any_call', totals.calls],
    ['open_call', 0],
  ]);
});

test('so is one that asks for a struct that the kernel does not have; records go through what it has', () => {
  const { leftOut, outlets, object, totals } = replayOf({ kernel: 'linux-4.14' });
  const asked = '<byte_off> [15] struct open_how.flags (0:0 @ offset 0)';
  expect(leftOut).toEqual([
    {
      name: 'open_call',
      section: 'tp/syscalls/sys_enter_openat2',
      why: `it asks for ${asked}: linux-4.14 has no struct open_how`,
    },
    NO_FUNCTION,
  ]);
  const events = object.maps.find(({ spec }) => spec.name === 'events')!;
  expect([events.spec.type, outlets.read(events)]).toEqual(['perf_event_array', totals.calls]);
});

test('programs that a pattern names are those that there are', () => {
  const { leftOut, object } = replayOf({ only: ['*_call'] });
  expect(object.progs.map(({ spec }) => spec.name)).toEqual(['any_call', 'open_call']);
  expect(leftOut).toEqual([]);
});

// oxfmt-ignore
const REFUSED = [
  { only: ['any_call', 'no_function'], says: /no_function: 1 .*invalid mem access/ },
  { only: ['no_*'],                    says: /no_function: 1 .*invalid mem access/ },
  { only: ['some*'],                   says: 'there is no program some*' },
];

test.each(REFUSED)('what was asked for by name, or is the only one, is refused: $only', ({ only, says }) => {
  expect(() => replayOf({ only })).toThrow(UserError);
  expect(() => replayOf({ only })).toThrow(says);
});

test('a function that only older kernels have says which', () => {
  const options = { kernel: 'linux-6.12' } as const;
  const opened = openProgram(readProgram(`${OBJECT_FOLDER}legacy.o`, options));
  const spec = {
    ...opened.spec,
    slots: [],
    progs: opened.spec.progs
      .filter(({ name }) => name === 'entry')
      .map((prog) => Object.assign({}, prog, { section: 'kprobe/sys_execve' })),
  };
  expect(() => createReplay(recording, { ...opened, spec })).toThrow(/--kernel linux-4\.14$/);
});

test('an object without programs to load is no program', () => {
  const { spec } = openProgram(readProgram(`${OBJECT_FOLDER}kernels.o`));
  expect(() => createReplay(recording, { spec: { ...spec, progs: [] } })).toThrow(
    'no program of it is loaded',
  );
});

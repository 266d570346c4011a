// trace_pipe as the page keeps it.
import { expect, test } from 'vitest';
import {
  EMPTY_PIPE,
  filterPipe,
  mergePipe,
  missingBefore,
  PIPE_LINES,
} from '../../frontend/src/state/pipe.ts';
import { makePipe } from './make-frame.ts';

const three = mergePipe(EMPTY_PIPE, makePipe(3, ['a', 'b', 'c']));

test('numbers the lines from the total', () => {
  expect(mergePipe(EMPTY_PIPE, makePipe(10, ['x', 'y'])).lines).toEqual([
    { number: 9, text: 'x' },
    { number: 10, text: 'y' },
  ]);
});

test('does not repeat lines that are there already', () => {
  const merged = mergePipe(three, makePipe(4, ['b', 'c', 'd'], false));
  expect(merged.lines.map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd']);
});

test('keeps the last 2,000 lines', () => {
  let pipe = EMPTY_PIPE;
  for (let total = 500; total <= 5000; total += 500)
    pipe = mergePipe(
      pipe,
      makePipe(
        total,
        Array.from({ length: 500 }, (_, i) => `line ${total - 500 + i + 1}`),
        false,
      ),
    );
  expect([pipe.lines.length, pipe.total]).toEqual([PIPE_LINES, 5000]);
  expect(pipe.lines[0]).toEqual({ number: 3001, text: 'line 3001' });
});

test('shows a hole where more was printed than was sent', () => {
  const merged = mergePipe(three, makePipe(10, ['i', 'j'], false));
  const at = merged.lines.findIndex(({ text }) => text === 'i');
  expect(missingBefore(merged.lines[at - 1], merged.lines[at]!)).toBe(5);
  expect(missingBefore(undefined, merged.lines[at]!)).toBe(0);
});

test('a frame without new lines leaves it as it is', () => {
  expect(mergePipe(three, makePipe(3, [], false))).toBe(three);
});

test('filters by any part of a line, letter case ignored', () => {
  const pipe = mergePipe(EMPTY_PIPE, makePipe(2, ['dd-9 mmap', 'dd-9 WRITE(fd=1)']));
  expect(filterPipe(pipe.lines, ' write ').map(({ number }) => number)).toEqual([2]);
  expect(filterPipe(pipe.lines, '')).toBe(pipe.lines);
});

// Real recordings: nothing is lost, the same bytes again, and small.
import { describe, expect, test } from 'vitest';
import { createSctWriter, openSct } from '../../../traces/index.ts';
import type { Block, BlockSink, Recording } from '../../../traces/index.ts';
import { joined } from '../../support/blocks.ts';
import { importLog } from '../../support/imported.ts';

/** Logs, and the most bytes a call that their files may have: what they have now, rounded up. For gcc-make the aim was 9. */
const LOGS = {
  'gcc-make': 6.1,
  dd: 30,
  strings: 13,
  signals: 20,
  fail: 11,
  'threads.classic': 6,
  compat32: 50,
} as const;

function written(to: (sink: BlockSink) => void): Uint8Array {
  const pieces: Uint8Array[] = [];
  to(createSctWriter((piece) => pieces.push(piece)));
  return joined(pieces);
}

/** Hands an open recording to a sink. */
function copy(recording: Recording, sink: BlockSink): void {
  sink.open(recording.header, recording.strings, recording.syscalls);
  for (let i = 0; i < recording.index.length; i++) sink.block(recording.block(i));
  sink.close(recording.footer);
}

/** Names of columns that differ. (One expect of a column of 24,000 numbers takes longer than the rest of the test.) */
function differences(block: Block, other: Block): string[] {
  const columns = Object.keys(other) as (keyof Block)[]; // a block has no other keys
  return columns.filter((name) => {
    const column = block[name];
    const expected = other[name];
    if (typeof column === 'number' || typeof expected === 'number') return column !== expected;
    return column.length !== expected.length || !column.every((value, i) => Object.is(value, expected[i]));
  });
}

describe.each(Object.entries(LOGS))('%s', (name, mostBytes) => {
  const log = importLog(name);
  const bytes = written((sink) => log.replayTo(sink));
  const recording = openSct(bytes);

  test('comes back exactly', () => {
    expect(recording.damage).toBeUndefined();
    expect(recording.index.length).toBe(log.blocks.length);
    for (const [i, block] of log.blocks.entries())
      expect(differences(recording.block(i), block), `block ${i}`).toEqual([]);
    for (let id = 0; id < log.strings.size; id++) {
      if (recording.strings.text(id) !== log.strings.text(id)) expect.fail(`string ${id}`);
    }
    expect(recording.syscalls).toEqual([...log.syscalls]);
    expect(recording.footer).toEqual(log.footer);
    expect(recording.header).toEqual(log.header);
  });

  test('makes the same file again', () => {
    expect(
      Buffer.compare(
        written((sink) => copy(recording, sink)),
        bytes,
      ),
    ).toBe(0);
  });

  test('the strips of the index hold each call once, at the time of its enter', () => {
    for (const [i, { count, calls, errors, strips }] of recording.index.entries()) {
      const { enterNs } = recording.block(i);
      let row = 0;
      for (const [at, strip] of strips.entries()) {
        const times = enterNs.slice(row, (row = Math.floor(((at + 1) * count) / strips.length)));
        expect([strip.firstNs, strip.lastNs]).toEqual([Math.min(...times), Math.max(...times)]);
        expect(strip.categories.reduce((sum, one) => sum + one, 0)).toBe(strip.calls);
      }
      expect(row).toBe(count);
      expect(strips.reduce((sum, strip) => sum + strip.calls, 0)).toBe(calls);
      expect(strips.reduce((sum, strip) => sum + strip.errors, 0)).toBe(errors);
    }
  });

  test(`takes at most ${mostBytes} bytes a call`, () => {
    const calls = recording.index.reduce((sum, block) => sum + block.calls, 0);
    expect(bytes.length / calls).toBeLessThanOrEqual(mostBytes);
  });
});

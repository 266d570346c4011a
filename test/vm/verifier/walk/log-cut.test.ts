import { describe, expect, test } from 'vitest';
import { Log, type LogRecord } from '../../../../vm/verifier/log.ts';

const state = { frameno: 0, regs: [], slots: [], held: [], isCallback: false, isAsyncCallback: false };

function insn(pc: number): LogRecord {
  return { kind: 'insn', pc };
}

function changes(pc: number): LogRecord {
  return { kind: 'changes', pc, state };
}

/** The kinds of the records that are left when the log is cut to two records, and what stands behind them. */
function cutToTwo(...records: readonly LogRecord[]): readonly LogRecord[] {
  const log = new Log(1);
  for (const record of [insn(0), insn(1), ...records]) log.add(record);
  log.cut(2);
  return log.records.slice(2);
}

describe('a log that is cut behind an insn', () => {
  test('loses the line break with what was added to the insn, once another was shown', () => {
    expect(cutToTwo(changes(2), insn(2))).toEqual([{ kind: 'cut', joins: true, isOpen: false }]);
  });

  test('keeps it when nothing was added', () => {
    expect(cutToTwo(insn(2), changes(3))).toEqual([{ kind: 'cut', joins: false, isOpen: false }]);
  });

  test('loses it too when no other was shown, but what the insn does still goes to its line', () => {
    const line: LogRecord = { kind: 'line', text: '2: safe' };
    expect(cutToTwo(changes(2), line)).toEqual([{ kind: 'cut', joins: true, isOpen: true }]);
    expect(cutToTwo(line)).toEqual([]);
  });

  test('has lost it for good', () => {
    const log = new Log(1);
    for (const record of [insn(1), changes(2), insn(2)]) log.add(record);
    log.cut(1);
    log.add(insn(3));
    log.cut(1);
    expect(log.records.slice(1)).toEqual([{ kind: 'cut', joins: true, isOpen: false }]);
  });

  test('counts on where old records went', () => {
    const log = new Log(1);
    for (let pc = 0; pc < 200_000; pc++) log.add(insn(pc));
    expect(log.length).toBe(200_000);
    log.cut(199_999);
    expect(log.length).toBe(200_000); // one gone, and the mark of the cut
    expect(log.records.length).toBeLessThan(150_000);
  });
});

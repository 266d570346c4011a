// Programs that were made to take time and memory, and bytes that are no programs: each gets a verdict.
import { describe, expect, test } from 'vitest';
import { kernelTypes } from '../../../vm/btf/kernel-types.ts';
import type { FuncInfo, LineInfo, MapSpec } from '../../../vm/object.ts';
import { assembleProg } from '../../../vm/index.ts';
import { reportOf } from '../../../vm/verifier/explain/report.ts';
import type { MapUse, VerifyInput } from '../../../vm/verifier/input.ts';
import { printLog } from '../../../vm/verifier/print.ts';
import type { Verdict } from '../../../vm/verifier/verdict.ts';
import { verify } from '../../../vm/verifier/walk/verify.ts';
import { readCases } from '../../support/case-file.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { verifierInput } from '../../support/verifier-case.ts';

const SLOT = 8;
const MIB = 2 ** 20;

/** A kprobe's insns as the verifier's input; `maps` by pc. */
function inputOf(insns: Uint8Array, maps: ReadonlyMap<number, MapUse> = new Map()): VerifyInput {
  return {
    name: 'hostile',
    type: 'kprobe',
    attachType: 0,
    flags: 0,
    gpl: true,
    insns,
    maps,
    funcs: [],
    lines: [],
    kernel: kernelTypes(),
    objects: [],
  };
}

/** Bytes of a text, a part of which stands there many times: insns of it are copied, not assembled again. */
function repeated(before: string, part: string, times: number, after: string): Uint8Array {
  const [first, middle, last] = [before, part, after].map((text) => bytesOf(text)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ]; // three texts
  const all = new Uint8Array(first.length + times * middle.length + last.length);
  all.set(first);
  for (let i = 0; i < times; i++) all.set(middle, first.length + i * middle.length);
  all.set(last, first.length + times * middle.length);
  return all;
}

/** Insns of a text, which need not end. */
function bytesOf(text: string): Uint8Array {
  return assembleProg(`${text}\nr0 = 0\nexit`).insns.subarray(0, -2 * SLOT);
}

const END = 'r0 = 0\nexit';

describe('the verifier ends, with the memory that there is,', () => {
  test('on long stretches of spills with many paths on hold behind them', () => {
    const spills = repeated('call get_prandom_u32\nr6 = r0', '*(u64 *)(r10 - 8) = 1', 100_000, '');
    const forks = repeated('', 'r7 = r6\nr7 s>>= 63\nr7 &= 5', 9000, END);
    const insns = new Uint8Array(spills.length + forks.length);
    insns.set(spills);
    insns.set(forks, spills.length);
    expect(verify(inputOf(insns)).refusal?.code).toBe('path-sequence');
  });

  test('on chains of jumps backwards, where each round tells one insn more', () => {
    const before = 'r2 = 0\nr9 = 0\n*(u64 *)(r10 - 8) = 5\nr3 = *(u64 *)(r10 - 8)\nr0 = r9';
    const insns = repeated(before, 'if r2 == 5 goto -2', 100_000, END);
    expect(verify(inputOf(insns)).refusal).toBeUndefined();
    expect(verify(inputOf(insns.slice()), { logLevel: 2 }).refusal).toBeUndefined();
  });

  test('on states that hold thousands of references', () => {
    const part = 'r1 = 0 ll\nr2 = 8\nr3 = 0\ncall ringbuf_reserve';
    const insns = repeated('', part, 40_000, END);
    const spec: MapSpec = {
      name: 'rb',
      type: 'ringbuf',
      keySize: 0,
      valueSize: 0,
      maxEntries: 4096,
      flags: 0,
    };
    const maps = new Map<number, MapUse>();
    const use: MapUse = { map: { spec } };
    for (let pc = 0; pc < 40_000 * 5; pc += 5) {
      insns[pc * SLOT + 1] = 0x11; // src 1: a map
      maps.set(pc, use);
    }
    const input = inputOf(insns, maps);
    const { refusal } = verify(input);
    expect(refusal).toMatchObject({ code: 'walk-memory', errno: 12, message: '' });
    expect(refusal?.why).toContain('512 MiB');
    const log = printLog(input, verify(input, { logLevel: 2, limitInsns: 20_000 }));
    expect(sizeOf(log)).toBeLessThan(64 * MIB);
  });

  test('on large functions that are called from many places', () => {
    const calls = Array.from({ length: 400 }, () => 'call f');
    const f = ['f: *(u64 *)(r10 - 8) = 0', 'r2 = *(u64 *)(r10 - 8)', 'if r2 != 0 goto +1', 'exit'];
    const insns = repeated([...calls, 'r0 = 0', 'exit', ...f].join('\n'), 'r0 = 1', 500_000, 'exit');
    expect(verify(inputOf(insns)).refusal?.code).toBe('walk-memory');
  });

  test('on hundreds of thousands of insns, whose log is bounded', () => {
    const verdict = verify(inputOf(repeated('r0 = 0', 'r0 += 1', 399_998, 'exit')), { logLevel: 2 });
    expect(verdict.stats.insns).toBe(400_000);
    expect(verdict.log.length).toBeLessThan(2 ** 17 + 1);
  });
});

test('a place below 0 in a list of maps is none', () => {
  const insns = assembleProg('r1 = 0 ll\nr0 = 0\nexit').insns;
  insns[1] = 0x51; // src 5: a place in the list
  new DataView(insns.buffer).setInt32(4, -1, true);
  const spec: MapSpec = { name: 'a', type: 'array', keySize: 4, valueSize: 8, maxEntries: 1, flags: 0 };
  expect(verify(inputOf(insns, new Map([[0, { map: { spec } }]]))).refusal).toMatchObject({
    code: 'fd-index',
    errno: 14,
  });
});

function sizeOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length, 0);
}

const SEED = seedOf(20_260_411);
const RUNS = Number(process.env['TEST_RUNS'] ?? 3000);

describe(`bytes from seed ${SEED}`, () => {
  const bases = readCases('verifier').map(verifierInput);

  test('as insns, functions and lines, each time with a verdict, a log and a report', () => {
    const random = new Random(SEED);
    const errnos = new Set<number>();
    for (let run = 0; run < RUNS; run++) {
      const input = broken(random, random.pick(bases));
      errnos.add(verdictOf(random, input).refusal?.errno ?? 0);
    }
    expect(errnos.size).toBeGreaterThan(3);
  });

  test('as insns alone', () => {
    const random = new Random(SEED);
    for (let run = 0; run < RUNS; run++) {
      const insns = Uint8Array.from({ length: SLOT * (1 + random.below(8)) }, () => random.below(256));
      expect(verdictOf(random, inputOf(insns)).refusal).toBeDefined();
    }
  });
});

/** Everything that can be asked of an input. */
function verdictOf(random: Random, input: VerifyInput): Verdict {
  const verdict = verify(input, { logLevel: random.pick([0, 1, 2]), limitInsns: 5000 });
  const last = printLog(input, verdict).at(-1);
  expect(last).toContain(`processed ${verdict.stats.insns} insns`);
  if (random.below(4) === 0) expect(reportOf(input, verdict)?.code).toBe(verdict.refusal?.code);
  return verdict;
}

/** The input with some bytes of its insns changed, moved or copied, and now and then other places of functions and lines. */
function broken(random: Random, input: VerifyInput): VerifyInput {
  const insns = input.insns.slice();
  const count = insns.length / SLOT;
  for (let left = 1 + random.below(4); left > 0; left--) breakInsns(random, insns, count);
  const anywhere = (pc: number): number => (random.below(3) > 0 ? pc : random.below(count + 3));
  const breaks = random.below(8) === 0;
  return {
    ...input,
    insns,
    funcs: breaks ? input.funcs.map((func): FuncInfo => ({ ...func, pc: anywhere(func.pc) })) : input.funcs,
    lines: breaks ? input.lines.map((line): LineInfo => ({ ...line, pc: anywhere(line.pc) })) : input.lines,
  };
}

function breakInsns(random: Random, insns: Uint8Array, count: number): void {
  const at = SLOT * random.below(count);
  const from = SLOT * random.below(count);
  switch (random.below(4)) {
    case 0:
      insns[at + random.below(SLOT)] = random.below(256);
      break;
    case 1:
      insns[at + 1] = random.below(11) | (random.below(11) << 4);
      break;
    case 2:
      new DataView(insns.buffer).setInt16(at + 2, random.below(32) - 16, true);
      break;
    default:
      insns.copyWithin(at, from, from + SLOT * (1 + random.below(4)));
  }
}

// What the verifier accepts does no harm, and what it knows is so: random programs near the border of acceptance are run on random input. No access may
// leave what the program was given, and at every insn some state of the verifier admits what the registers hold.
import { expect, test } from 'vitest';
import { disassemble, logLine } from '../../../vm/asm/disassemble.ts';
import { assembleObject, type ObjectSpec } from '../../../vm/index.ts';
import { mutated } from '../../support/mutate.ts';
import { knowledgeOf, ObservedRuns, type ObservedInput } from '../../support/observed-runs.ts';
import { randomMapText } from '../../support/random-map-progs.ts';
import { ENTRIES, riskyText, VALUE_BYTES } from '../../support/risky-programs.ts';
import { Random, seedOf } from '../../support/seed.ts';

const SEED = seedOf(4_044);
/** Runs in all; 100000 takes some minutes. */
const RUNS = Number(process.env['SOUNDNESS_RUNS'] ?? 1500);
const RUNS_EACH = 12;
const LIMIT_WALKED = 4000;
const LIMIT_RUN = 20_000;

function anyInput(random: Random): ObservedInput {
  const data = Uint8Array.from({ length: 14 + random.below(random.pick([4, 60, 300])) }, () => random.u32());
  const ctx = new Uint8Array(68);
  const view = new DataView(ctx.buffer);
  for (const off of [8, 32, 48, 52, 56, 60, 64]) view.setUint32(off, anyWord(random), true);
  const values = Array.from({ length: ENTRIES }, () => {
    const words = BigUint64Array.from({ length: VALUE_BYTES / 8 }, () => anyNumber(random));
    return new Uint8Array(words.buffer);
  });
  return { data, ctx, values };
}

function anyWord(random: Random): number {
  return random.below(2) === 0
    ? random.pick([0, 1, 7, 8, 47, 48, 255, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff])
    : random.u32();
}

function anyNumber(random: Random): bigint {
  const value = random.below(2) === 0 ? BigInt(random.below(64)) : random.u64() >> BigInt(random.below(64));
  return random.below(3) === 0 ? BigInt.asUintN(64, -value) : value;
}

/** Runs programs until there were enough runs; throws at the first that does harm, or that holds what was not known. */
function runAll(random: Random, wanted: number, make: () => ObjectSpec): number {
  const runs = new ObservedRuns(LIMIT_RUN);
  let programs = 0;
  for (let done = 0; done < wanted;) {
    programs += 1;
    const object = make();
    const knowledge = knowledgeOf(object, object.progs[0]!, LIMIT_WALKED);
    if (typeof knowledge === 'string') continue;
    const loaded = runs.load(object);
    if (loaded === undefined) continue;
    const inputs = Array.from({ length: RUNS_EACH }, () => anyInput(random));
    const wrong = runs.wrong(loaded, knowledge, inputs);
    runs.unload(loaded);
    if (wrong !== undefined) throw new Error(`${wrong}\n\n${programText(object)}`);
    done += RUNS_EACH;
  }
  return programs;
}

function programText({ progs }: ObjectSpec): string {
  const { insns, relocs } = progs[0]!;
  return disassemble(insns, { dialect: 'kernel', relocs }).map(logLine).join('\n');
}

const FROM = `${RUNS} runs from seed ${SEED}`;

test(`programs that are accepted do no harm, and registers hold what was known (${FROM})`, () => {
  const random = new Random(SEED);
  const programs = runAll(random, RUNS, () => {
    const object = assembleObject(riskyText(random), 'risky');
    return { ...object, progs: [{ ...object.progs[0]!, type: 'sched_cls' }] };
  });
  expect(programs).toBeLessThan(RUNS);
}, 3_600_000);

test(`so do programs with functions, callbacks and loops in which something was changed (a fifth of ${FROM})`, () => {
  const random = new Random(SEED + 1);
  const programs = runAll(random, RUNS / 5, () => {
    const object = assembleObject(randomMapText(random), 'mutant');
    const prog = object.progs[0]!;
    return { ...object, progs: [{ ...prog, insns: mutated(random, prog.insns) }] };
  });
  expect(programs).toBeLessThan(RUNS);
}, 3_600_000);

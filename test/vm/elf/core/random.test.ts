// Random structs against other kernels' editions of them: libbpf and we answer the same, and their C has the same layout.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { declarations } from '../../../../vm/btf/c-declarations.ts';
import { readObject } from '../../../../vm/elf/read-object.ts';
import { layouts, typesOfDeclarations } from '../../../support/c-layouts.ts';
import { compileBpf } from '../../../support/clang.ts';
import { libbpfAnswers, type CoreAnswer } from '../../../support/core-oracle.ts';
import { answersOf } from '../../../support/core-program.ts';
import { randomStructs } from '../../../support/random-structs.ts';
import { Random, seedOf } from '../../../support/seed.ts';
import { hasTool } from '../../../support/tools.ts';

const SEED = seedOf(20_260_503);
/** CORE_STRUCTS=500 asks about more. */
const STRUCTS = Number(process.env['CORE_STRUCTS'] ?? 5);

/** What libbpf tells of a refused relocation depends on where it gave up. */
const comparable = ({ prog, asked, found, answer }: CoreAnswer): unknown => ({
  prog,
  asked,
  found: answer === 'error' ? undefined : found,
  answer,
});

test.runIf(hasTool('libbpf') && hasTool('clang'))(`${STRUCTS} random structs (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const folder = mkdtempSync(join(tmpdir(), 'core-random-'));
  try {
    for (let i = 0; i < STRUCTS; i++) {
      const sources = randomStructs(random);
      const object = (name: 'program' | 'target'): string => {
        const [source, built] = [join(folder, `${name}.c`), join(folder, `${name}.o`)];
        writeFileSync(source, sources[name]);
        compileBpf(source, built, '-mcpu=v4', '-w');
        return built;
      };
      const [program, target] = [object('program'), object('target')];
      const { progs, types } = readObject(readFileSync(program), 'program');
      const kernel = readObject(readFileSync(target), 'target').types!;
      const ours = progs.flatMap((func) => answersOf(func, types!, kernel));
      const about = `struct ${i} of seed ${SEED}\n${sources.program}\n${sources.target}`;
      expect(ours.map(comparable), about).toEqual(libbpfAnswers(program, target).map(comparable));
      expect(layouts(typesOfDeclarations(declarations(kernel))), about).toEqual(layouts(kernel));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

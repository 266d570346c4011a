// What the JIT makes of programs, as text: `npm run test:accept` rewrites the files, the diff is read by eye.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codeFacts, codeText, type CodeLayout } from '../../../backend/cli/code-text.ts';
import { MACHINE_SYSCALLS } from '../../../traces/index.ts';
import {
  assembleObject,
  type MachineOptions,
  type ObjectSpec,
  type ProgCode,
  type WasmFunc,
} from '../../../vm/index.ts';
import { readCases, section, type TestCase } from '../../support/case-file.ts';
import { rig } from '../../support/machine.ts';
import { linkSample, SAMPLE_NAMES } from '../../support/samples.ts';

const FOLDER = join(import.meta.dirname, '../../cases/jit/code');
const CASES = readCases('jit/code').map((testCase): [string, TestCase] => [testCase.title, testCase]);
/** Samples that are kept whole. */
const WHOLE = ['tracex5', 'syscount', 'iotop'] as const;

function codesOf(object: ObjectSpec, options: Partial<MachineOptions> = {}): readonly ProgCode[] {
  const { machine } = rig({ cpus: 1, syscalls: MACHINE_SYSCALLS, ...options });
  const loaded = machine.load(object);
  return loaded.progs.map((prog) => machine.codeOf(prog)!);
}

function caseCodes(testCase: TestCase): readonly ProgCode[] {
  const words = (testCase.sections.get('options') ?? '').split(/\s+/);
  return codesOf(assembleObject(section(testCase, 'asm'), 'golden'), {
    verifier: words.includes('unverified') ? 'off' : 'on',
    profile: words.includes('profile'),
  });
}

/** `lines` are those of assembly text. */
function textOf(code: ProgCode, lines: readonly string[] = []): string {
  const layout: CodeLayout = {
    width: undefined,
    textOf: ({ text, line }) => (text ?? lines[line - 1] ?? '').trim(),
    placeOf: ({ line }) => String(line),
  };
  return `${code.prog}: ${codeFacts(code)}\n${codeText(code, layout)}`;
}

/** A function of the runtime, or a way into a subprogram. */
function otherText({ head, lines }: WasmFunc): string {
  const [first, ...locals] = head;
  const body = lines.map(({ depth, text, place }) => {
    const named = place === undefined ? text : `${text} ;; ${place}`;
    return `${'  '.repeat(depth + 1)}${named}`;
  });
  return [first, ...locals.map((text) => `  ${text}`), ...body].map((line) => `${line}\n`).join('');
}

/** 'tail call ×2, time ×1'. */
function inlinedIn({ functions }: ProgCode): string {
  const words = functions.flatMap(({ insns }) => insns.flatMap(({ inlined }) => inlined));
  const counts = [...Map.groupBy(words, (word) => word)].map(([word, all]) => `${word} ×${all.length}`);
  return counts.toSorted().join(', ');
}

const fileOf = (title: string): string => join(FOLDER, `${title.replace(/\W+/g, '-')}.code`);

describe('the code of', () => {
  test.each(CASES)('%s', async (title, testCase) => {
    const codes = caseCodes(testCase);
    const lines = section(testCase, 'asm').split('\n');
    const others = new Map(codes.flatMap((code) => code.others.map((func) => [func.name, func])));
    const texts = [
      ...codes.map((code) => textOf(code, lines)),
      ...[...others.values()].map((func) => otherText(func)),
    ];
    await expect(`# ${title}\n${texts.join('\n')}`).toMatchFileSnapshot(fileOf(title));
  });

  test.each(WHOLE)('the sample %s', async (name) => {
    const texts = codesOf(linkSample(name)).map((code) => textOf(code));
    await expect(texts.join('\n')).toMatchFileSnapshot(fileOf(`sample-${name}`));
  });
});

test('the size of all samples, what they call and what was inlined', async () => {
  const lines: string[] = [];
  for (const name of SAMPLE_NAMES) {
    lines.push(name);
    for (const code of codesOf(linkSample(name))) {
      lines.push(`  ${code.prog}: ${code.insns} insns, ${codeFacts(code)}`);
      lines.push(`    inlined: ${inlinedIn(code)}`);
    }
  }
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(join(FOLDER, 'samples.facts'));
});

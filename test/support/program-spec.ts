// Cases of test/cases/programs for a real kernel: which it can be asked, the spec for the oracle, and its answers in the form of the case.
import type { ObjectSpec } from '../../vm/index.ts';
import type { TestCase } from './case-file.ts';
import { mapLine, progLines } from './oracle-lines.ts';
import type { OracleAnswer } from './oracle.ts';
import { programObject, stepsOf } from './program-case.ts';

/** Steps that a kernel takes too. */
const KERNEL_STEPS = new Set(['set', 'run', 'packet', 'get', 'consume']);

/** True when the oracle can load the programs: it makes no types, which fields, inner maps, objects and attachments to functions need. */
export function isLoadable({ maps, progs }: ObjectSpec): boolean {
  return (
    maps.every(({ fields, inner }) => fields === undefined && inner === undefined) &&
    progs.every(({ objects, type }) => objects === undefined && type !== 'tracing')
  );
}

/** True when a kernel can take every step. */
export function isForKernel(testCase: TestCase): boolean {
  return (
    isLoadable(programObject(testCase)) &&
    stepsOf(testCase).every(({ words }) => KERNEL_STEPS.has(words[0]!) && !hasCtx(words))
  );
}

/** True for a run with fields of a ctx. */
function hasCtx([word, ...args]: readonly string[]): boolean {
  return word === 'run' && args.length > 2;
}

/** The lines that load the programs of an object into a kernel. `tag` and `firstMap`: see `mapLine` and `progLines`. */
export function loadLines(object: ObjectSpec, tag = '', firstMap = 0): string[] {
  return [
    ...object.maps.map((map) => mapLine(map, tag)),
    ...object.progs.flatMap((prog) => progLines(object, prog, `${tag}${prog.name}`, firstMap)),
  ];
}

/** The spec that loads the programs of a case into a kernel, fills slots and takes the steps. */
export function programSpec(testCase: TestCase): string {
  const object = programObject(testCase);
  return [
    ...loadLines(object),
    ...object.slots.map(({ map, index, prog }) => `slot ${map} ${index} ${prog}`),
    ...stepsOf(testCase)
      .map(({ words }) => words)
      .filter(([word]) => word !== 'packet')
      .map(([word, ...args]) => [word, ...(word === 'run' ? runWords(args) : args)].join(' ')),
  ].join('\n');
}

function runWords([prog, data]: readonly string[]): string[] {
  return [prog!, `data=${data}`];
}

/** The steps with the kernel's answers, in the form of the case. */
export function kernelSteps(testCase: TestCase, answers: readonly OracleAnswer[]): string[] {
  const refused = answers.find(({ op, verdict }) => op === 'prog' && verdict !== 'accepted');
  if (refused !== undefined) return [`${refused.name} refused: ${refused.log}`];
  const left = answers.filter(({ op }) => KERNEL_STEPS.has(op));
  let packet = '';
  return stepsOf(testCase).map(({ line, words }) => {
    const question = line.split(' = ')[0]!;
    if (words[0] === 'packet') return `${question} = ${packet}`;
    if (words[0] === 'set' && left[0]?.key !== words[2]) return question; // only one that fails is answered
    const answer = left.shift()!;
    packet = answer.data_out ?? packet;
    const text = (answer.errno ?? 0) === 0 ? textOf(answer) : `errno ${answer.errno}`;
    return text === '' ? question : `${question} = ${text}`;
  });
}

function textOf(answer: OracleAnswer): string {
  if (answer.op === 'run') return String(answer.retval);
  if (answer.op === 'consume') return (answer.records ?? []).join(' ');
  return answer.value ?? '';
}

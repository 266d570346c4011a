// What libbpf makes of CO-RE relocations: asked here, as tests compare it.
import { runTool } from './c-tool.ts';

/** What became of one relocation. */
export interface CoreAnswer {
  readonly prog: string;
  /** As libbpf writes questions and places; `found` is that of the first candidate that matches. */
  readonly asked: string;
  readonly found: string | undefined;
  /** What the insn holds, 64 bits without sign; it is poisoned; or the relocation is refused. */
  readonly answer: bigint | 'poison' | 'error';
}

/** The relocations of an object whose programs are each loaded alone, against the types in another file. */
export function libbpfAnswers(object: string, types: string): CoreAnswer[] {
  return parseAnswers(runTool('core-oracle', `${object}\n${types}\n`, ['-lbpf']));
}

const ASKED = /: relo #\d+: (<.*)$/;
const FOUND = /: relo #\d+: matching candidate #\d+ (<.*)$/;
const PATCHED = /: patched insn #\d+ \(.*\) (?:imm|off|imm64) -?\d+ -> (-?\d+)$/;

function parseAnswers(text: string): CoreAnswer[] {
  const answers: CoreAnswer[] = [];
  let prog = '';
  for (const line of text.split('\n')) {
    const [, asked] = ASKED.exec(line) ?? [];
    const last = answers.at(-1);
    if (line.startsWith('PROGRAM ')) prog = line.slice('PROGRAM '.length);
    else if (asked !== undefined) answers.push({ prog, asked, found: undefined, answer: 'error' });
    else if (last !== undefined) answers[answers.length - 1] = continued(last, line);
  }
  return answers;
}

function continued(answer: CoreAnswer, line: string): CoreAnswer {
  const [, found] = FOUND.exec(line) ?? [];
  if (found !== undefined) return { ...answer, found: answer.found ?? found };
  const [, value] = PATCHED.exec(line) ?? [];
  if (value !== undefined) return { ...answer, answer: BigInt.asUintN(64, BigInt(value)) };
  return line.includes('substituting insn') ? { ...answer, answer: 'poison' } : answer;
}

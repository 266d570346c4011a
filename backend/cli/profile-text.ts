// What `run --profile` prints: how often each insn of each program ran, under the lines of C that it was made from.
import type { CodeInsn, LoadedObject, Machine, Prog, SourceLine } from '../../vm/index.ts';
import { placeOf } from './code-text.ts';
import { countOf } from './output.ts';

/** A program with its insns: hits are counted. */
interface Profiled {
  readonly prog: Prog;
  readonly insns: readonly CodeInsn[];
  /** Of all insns. */
  readonly total: number;
}

/** What `placeOf` and the texts of lines of assembly text come from. */
export interface SourceOf {
  readonly path: string;
  /** Of assembly text. */
  readonly lines: readonly string[];
}

/** All programs: the one that ran most insns first, its insns in the order of the code; those that did not run on one line. */
export function profileText(machine: Machine, object: LoadedObject, source: SourceOf): string {
  const all = profilesOf(machine, object);
  const ran = all.filter(({ total }) => total > 0).toSorted((a, b) => b.total - a.total);
  const idle = all.filter(({ total }) => total === 0).map(({ prog }) => prog.spec.name);
  const parts = ran.map((profile) => progText(profile, source));
  return [...parts, ...(idle.length === 0 ? [] : [`\nprofile: ${idle.join(', ')} did not run\n`])].join('');
}

/** The same as the document of --json has it, in the order of the object. */
export function profileResult(machine: Machine, object: LoadedObject): unknown {
  return profilesOf(machine, object).map(({ prog, insns }) => ({
    prog: prog.spec.name,
    insns: insns.map(({ pc, text, hits, source }) => ({
      pc,
      text,
      hits,
      file: source?.file ?? null,
      line: source?.line ?? null,
    })),
  }));
}

function profilesOf(machine: Machine, { progs }: LoadedObject): readonly Profiled[] {
  return progs.flatMap((prog) => {
    const insns = machine.codeOf(prog)?.functions.flatMap((func) => func.insns) ?? [];
    return [{ prog, insns, total: hitsIn(insns) }];
  });
}

function hitsIn(insns: readonly CodeInsn[]): number {
  return insns.reduce((sum, { hits = 0 }) => sum + hits, 0);
}

const PC_WIDTH = 6;
const SHARE_WIDTH = 6;

function progText({ prog, insns, total }: Profiled, source: SourceOf): string {
  const { name } = prog.spec;
  const width = insns.reduce((most, insn) => Math.max(most, numberOf(insn).length), 'hits'.length);
  const line = (hits: string, share: string, text: string): string =>
    `${hits.padStart(width)}  ${share.padStart(SHARE_WIDTH)}  ${text}`.trimEnd();
  const rows = runsOf(insns).map(({ line: from, insns: own }) => {
    const texts = own.map((insn) =>
      line(
        numberOf(insn),
        shareOf(insn.hits ?? 0, total),
        `${String(insn.pc).padStart(PC_WIDTH)}: ${insn.text}`,
      ),
    );
    return (from === undefined ? [] : [line('', shareOf(hitsIn(own), total), lineText(from, source))]).concat(
      texts,
    );
  });
  const head = `profile of ${name}: ${countOf(prog.runs, 'run')}, ${countOf(total, 'insn')}`;
  return `\n${[head, line('hits', 'share', ''), ...rows.flat()].join('\n')}\n`;
}

function lineText(from: SourceLine, { path, lines }: SourceOf): string {
  const text = (from.text ?? lines[from.line - 1] ?? '').trim();
  const { file = path, line, column } = from;
  return `; ${text}  (${placeOf({ file, line, column })})`;
}

/** Insns that stand together and are of the same line. */
function runsOf(
  insns: readonly CodeInsn[],
): readonly { readonly line: SourceLine | undefined; readonly insns: readonly CodeInsn[] }[] {
  const runs: { readonly line: SourceLine | undefined; readonly insns: CodeInsn[] }[] = [];
  for (const insn of insns) {
    const last = runs.at(-1);
    if (last !== undefined && last.line === insn.source) last.insns.push(insn);
    else runs.push({ line: insn.source, insns: [insn] });
  }
  return runs;
}

function numberOf({ hits = 0 }: CodeInsn): string {
  return hits.toLocaleString('en-US');
}

/** Of the insns that the program ran: '12.5%'; nothing where it is none of them. */
function shareOf(hits: number, total: number): string {
  return hits === 0 ? '' : `${((100 * hits) / total).toFixed(1)}%`;
}

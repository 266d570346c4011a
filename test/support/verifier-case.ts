// Cases of test/cases/verifier: a program, and what the verifier says of it.
//
//   # title
//   -- prog socket_filter attach=0 flags=0 license=GPL section=tp_btf/sys_enter    all but the type may be missing
//   -- maps            lines of the assembler: .map, .object, .template
//   -- asm             insns; the first is pc 0, labels may be called
//   -- accept          or
//   -- reject          the last lines of the log before the statistics
//   -- linux           why Linux is not asked, or answers otherwise
import { assembleObject, type ObjectSpec, type ProgSpec } from '../../vm/index.ts';
import { inputOf } from '../../vm/verifier/input-of.ts';
import type { VerifyInput } from '../../vm/verifier/input.ts';
import { printLog } from '../../vm/verifier/print.ts';
import { verify } from '../../vm/verifier/walk/verify.ts';
import { kernelTypes } from '../../vm/btf/kernel-types.ts';
import { section, sectionLines, type TestCase } from './case-file.ts';
import { mapLine, progLines } from './oracle-lines.ts';

/** The object of a case, with one program. Throws when the text is wrong. */
export function verifierObject(testCase: TestCase): ObjectSpec & { readonly prog: ProgSpec } {
  const [type, ...options] = headOf(testCase);
  const option = new Map(options.map((word) => word.split('=', 2) as [string, string])); // each word has one
  const maps = testCase.sections.get('maps') ?? '';
  const license = option.get('license') ?? 'GPL';
  const head = `.license "${license}"\n${maps}\n.section "socket"\nmain:\n`;
  const object = assembleObject(`${head}${section(testCase, 'asm')}\n`, 'case');
  const made = object.progs[0]!;
  const prog: ProgSpec = {
    ...made,
    type: type!,
    section: option.get('section') ?? type!,
    attachType: Number(option.get('attach') ?? 0),
    flags: Number(option.get('flags') ?? 0),
  };
  return { ...object, progs: [prog], prog };
}

/** The line of the asm section that an insn comes from, from 1; 0 unknown. */
export function textLine(testCase: TestCase, prog: ProgSpec, pc: number): number {
  const line = prog.lines[pc] ?? 0;
  const before = HEAD_LINES + (testCase.sections.get('maps') ?? '').split('\n').length;
  return Math.max(line - before, 0);
}

/** Lines in front of the asm section, but for those of its maps. */
const HEAD_LINES = 3;

/** The words behind `-- prog`. */
function headOf({ sections, where }: TestCase): string[] {
  const head = [...sections.keys()].find((name) => name.startsWith('prog '));
  if (head === undefined) throw new Error(`${where}: no section prog TYPE`);
  return head.split(/\s+/).slice(1);
}

export function verifierInput(testCase: TestCase): VerifyInput {
  const { prog, ...object } = verifierObject(testCase);
  return inputOf(object, prog, kernelTypes());
}

/** Our log of a case, without the statistics. */
export function ourLog(
  testCase: TestCase,
  logLevel: 1 | 2,
): { readonly isAccepted: boolean; readonly log: readonly string[] } {
  const input = verifierInput(testCase);
  const verdict = verify(input, { logLevel });
  return { isAccepted: verdict.refusal === undefined, log: printLog(input, verdict) };
}

/** What the case expects: the last lines of the log, or undefined when the program is accepted. */
export function expectedLines(testCase: TestCase): readonly string[] | undefined {
  return testCase.sections.has('reject') ? sectionLines(testCase, 'reject') : undefined;
}

/** The last `count` lines before the statistics. */
export function lastLines(log: readonly string[], count: number): string[] {
  const end = log.findLastIndex((line) => line.startsWith('processed '));
  return log
    .slice(0, end < 0 ? log.length : end)
    .filter((line) => line.trim() !== '' && !line.startsWith('mark_precise:'))
    .slice(-count);
}

/** True when the oracle can load the program: it makes no BTF of maps and objects. */
export function isForLinux(testCase: TestCase): boolean {
  if (testCase.sections.has('linux')) return false;
  const { maps, prog } = verifierObject(testCase);
  return (
    maps.every(
      ({ fields, inner, frozen }) => fields === undefined && inner === undefined && frozen === undefined,
    ) && prog.objects === undefined
  );
}

/** Lines of a spec that loads a case as program `name`; `firstMap` is how many maps the spec has made before. */
export function verifierSpec(
  testCase: TestCase,
  name: string,
  firstMap: number,
  log: 0 | 1 | 2,
): { readonly lines: readonly string[]; readonly maps: number } {
  const { prog, ...object } = verifierObject(testCase);
  const lines = [
    ...object.maps.map((map) => mapLine(map, `${name}_`)),
    ...progLines(object, prog, name, firstMap).map((line) =>
      line.replace(' log=0 ', ` log=${log} license=${object.license} `),
    ),
  ];
  return { lines, maps: object.maps.length };
}

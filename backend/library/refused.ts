// A program that the verifier refuses, explained for those who only wanted to run it.
import { type LoadError, printReport, reportOf, type LineInfo, type ObjectSpec } from '../../vm/index.ts';

/** The lines of the explanation, two blanks in front of each; of an error that is none of the verifier its message. */
export function loadErrorText(error: LoadError, { name, progs }: ObjectSpec): string {
  const message = `  ${error.message}`;
  if (error.refused === undefined) return message;
  const { input, verdict } = error.refused;
  const lines = progs.find((prog) => prog.name === input.name)?.lines ?? [];
  const lineAt = (pc: number): LineInfo | undefined => {
    const bySource = input.lines.findLast((line) => line.pc <= pc);
    const line = lines[pc] ?? 0;
    return bySource ?? (line === 0 ? undefined : { pc, file: name, text: '', line, column: 0 });
  };
  const report = reportOf(input, verdict, lineAt);
  return [message, ...(report === undefined ? [] : printReport(report).map((text) => `  ${text}`))].join(
    '\n',
  );
}

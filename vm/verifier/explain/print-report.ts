// An explanation as text, behind the classic log.
import type { LineInfo } from '../../object.ts';
import type { Report, Spot } from './report.ts';

/** Lines with the parts of a report, in the order in which newer kernels print theirs. `file` and line of the source stand where they are known. */
export function printReport({ category, reason, why, at, context, causes, fix }: Report): string[] {
  return [
    `Verification failed: ${category}`,
    'Reason:',
    `  ${reason.split('\n').at(-1) ?? ''}`,
    `  why: ${why}`,
    'At:',
    `  ${at.text}`,
    ...sourceLines(at),
    'Instruction context:',
    ...contextLines(context, at.pc),
    ...(causes.length === 0 ? [] : ['Causal path:', ...causeLines(causes)]),
    'Suggestion:',
    `  ${fix}`,
  ];
}

function sourceLines({ source }: Spot): string[] {
  return source === undefined ? [] : [`  ${lineText(source)}`];
}

/** `n = 7;  @ mine.c:12`. */
function lineText({ text, file, line }: LineInfo): string {
  return `${text.trim()}  @ ${file.replace(/^.*\//, '')}:${line}`.trimStart();
}

function contextLines(context: readonly Spot[], failed: number): string[] {
  let shown = '';
  return context.flatMap((spot) => {
    const line = `${spot.pc === failed ? '  > ' : '    '}${spot.text}`;
    const text = spot.source?.text.trim() ?? '';
    const source = text === '' ? '' : `    ; ${text}`;
    if (source === '' || source === shown) return [line];
    shown = source;
    return [source, line];
  });
}

function causeLines(causes: Report['causes']): string[] {
  let shown = '';
  return causes.flatMap((cause) => {
    const { source } = cause;
    const line = source === undefined ? '' : `    ; ${lineText(source)}`;
    const lines = [
      ...(line === '' || line === shown ? [] : [line]),
      `    ${cause.text}`,
      `        ${causeWords(cause)}`,
    ];
    shown = line;
    return lines;
  });
}

function causeWords({ what, place, means }: Report['causes'][number]): string {
  return means === undefined ? what : `${what}: ${place} is ${means}`;
}

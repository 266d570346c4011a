// What is told of a program's code and of a row of it, as sentences.
import type { CodeView } from '../../../backend/protocol/index.ts';
import type { CodeHits } from './code-hits.ts';
import { hitsOfRow } from './code-hits.ts';
import { type CodeModel, type CodePlace, isFor } from './code-model.ts';
import { formatCount, formatPlural } from './format.ts';

/** Which engine runs it, and how much was written in place. */
export function describeCode({ engine, why, section, wasm }: CodeView): string {
  const reason = why === undefined ? '' : `: ${why}`;
  if (engine === 'interp') return `${section}, run by the interpreter${reason}.`;
  const words = new Set(wasm.flatMap(({ inlined }) => (inlined === undefined ? [] : [inlined])));
  const inlined = words.size === 0 ? '' : `; in place: ${[...words].join(', ')}`;
  return `${section}, compiled to WebAssembly${inlined}.`;
}

/** A row that was chosen, and its partners: 'Insns 4 to 7: 1 line of C, 23 lines of WebAssembly, ran 12 ×.'. */
export function describePlace(
  model: CodeModel,
  { column, row }: CodePlace,
  hits: CodeHits | undefined,
): string {
  const chosen = model[column][row];
  if (chosen === undefined || chosen.pcs.length === 0) return 'This line belongs to no insn.';
  const pcs = new Set(chosen.pcs);
  const lines = (name: 'source' | 'wasm'): number => model[name].filter((one) => isFor(one, pcs)).length;
  const times = hits === undefined ? undefined : hitsOfRow(hits, chosen);
  const partners = [
    ...(model.source.length === 0 ? [] : [formatPlural(lines('source'), 'line of C', 'lines of C')]),
    formatPlural(lines('wasm'), 'line of WebAssembly', 'lines of WebAssembly'),
    ...(times === undefined ? [] : [`ran ${formatCount(times)} ×`]),
  ];
  return `${rangesText([...pcs])}: ${partners.join(', ')}.`;
}

/** Numbers from low to high, neighbours drawn together: 'Insns 4 to 7, 9'. A wide insn takes two numbers. */
function rangesText(pcs: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const pc of pcs.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && pc - last[1] <= 2) last[1] = pc;
    else ranges.push([pc, pc]);
  }
  const parts = ranges.map(([from, to]) => (from === to ? String(from) : `${from} to ${to}`));
  return `${pcs.length === 1 ? 'Insn' : 'Insns'} ${parts.join(', ')}`;
}

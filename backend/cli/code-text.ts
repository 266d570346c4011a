// A program with its WebAssembly as text: C, eBPF and WebAssembly side by side in columns, or one below the other.
import { basename } from 'node:path';
import {
  codeRows,
  type CodeFunc,
  type CodeInsn,
  type CodeRow,
  type LineInfo,
  type ProgCode,
  type SourceLine,
} from '../../vm/index.ts';
import { countOf } from './output.ts';

/** How it is laid out. */
export interface CodeLayout {
  /** Columns of the terminal; undefined: one below the other. */
  readonly width: number | undefined;
  /** The text of a line of the source, '' for one that is not known. */
  readonly textOf: (source: SourceLine) => string;
  /** Where a line stands: 'opensnoop.bpf.c:12:3'. */
  readonly placeOf: (source: SourceLine) => string;
}

/** All functions of a program, the program first. */
export function codeText(code: ProgCode, layout: CodeLayout): string {
  const { functions } = code;
  const lay = layout.width === undefined ? below : beside;
  return functions.map((func) => `${titleOf(func)}\n${lay(func, layout)}`).join('\n');
}

/** 'opensnoop.bpf.c:12:3'. */
export function placeOf({ file, line, column }: Pick<LineInfo, 'file' | 'line' | 'column'>): string {
  const name = basename(file);
  return column === 0 ? `${name}:${line}` : `${name}:${line}:${column}`;
}

/** What is known of its WebAssembly as a whole, or why there is none. */
export function codeFacts({ why, wasmBytes, wasmLocals, imports, others }: ProgCode): string {
  if (why !== undefined) return `interpreted: ${why}`;
  const called = [...imports, ...others.map(({ name }) => name)];
  const facts = [`${countOf(wasmBytes, 'byte')} of WebAssembly`, countOf(wasmLocals, 'local')];
  return `${facts.join(', ')}${called.length === 0 ? '' : `, calls ${called.join(', ')}`}`;
}

function titleOf({ name, wasm }: CodeFunc): string {
  if (wasm === undefined) return `${name}: no WebAssembly`;
  const [signature] = wasm.head;
  return `${name}: ${countOf(wasm.bytes, 'byte')}, ${countOf(wasm.locals, 'local')}  ${signature ?? ''}`;
}

const WASM_COLUMN = 8;
const PC_WIDTH = 6;

function below(func: CodeFunc, { textOf, placeOf }: CodeLayout): string {
  const lines: string[] = [];
  let shown: SourceLine | undefined;
  for (const { insn, isAgain, lines: wasm } of codeRows(func)) {
    if (insn !== undefined && !isAgain && insn.source !== undefined && insn.source !== shown) {
      shown = insn.source;
      lines.push(`  ; ${textOf(shown)}  (${placeOf(shown)})`);
    }
    lines.push(...insnCell(insn, isAgain));
    lines.push(
      ...wasm.map(
        ({ depth, text, place }) => `${' '.repeat(WASM_COLUMN + 2 * depth)}${withPlace(text, place)}`,
      ),
    );
  }
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** An insn, and below it what was inlined there. */
function insnCell(insn: CodeInsn | undefined, isAgain: boolean): string[] {
  if (insn === undefined) return [];
  const pc = String(insn.pc).padStart(PC_WIDTH);
  if (isAgain) return [`${pc}: ...`];
  const indent = ' '.repeat(PC_WIDTH + 2);
  const dead = insn.isDead ? ['(no run comes here)'] : [];
  return [
    `${pc}: ${insn.text}`,
    ...[...dead, ...insn.inlined.map((what) => `= ${what}`)].map((text) => indent + text),
  ];
}

function withPlace(text: string, place: string | undefined): string {
  return place === undefined ? text : `${text} ;; ${place}`;
}

/** Parts of the width that C, eBPF and WebAssembly get. */
const SHARES = [0.3, 0.32, 0.38] as const;
const GAP = 2;
const HEADINGS = [['source'], ['eBPF'], ['WebAssembly']] as const;

function beside(func: CodeFunc, { width = 0, textOf }: CodeLayout): string {
  const rows = codeRows(func).map((row) => cellsOf(row));
  let shown: SourceLine | undefined;
  const cells = rows.map(({ source, insn, wasm }) => {
    const isNew = source !== undefined && source !== shown;
    if (isNew) shown = source;
    return [isNew ? [textOf(source)] : [], insn, wasm] as const;
  });
  const blocks = [HEADINGS, ...cells];
  const widths = widthsOf(blocks, width);
  return blocks.map((cells) => linesOf(cells, widths)).join('');
}

function cellsOf({ insn, isAgain, lines }: CodeRow): {
  readonly source: SourceLine | undefined;
  readonly insn: readonly string[];
  readonly wasm: readonly string[];
} {
  return {
    source: isAgain ? undefined : insn?.source,
    insn: insnCell(insn, isAgain),
    wasm: lines.map(({ depth, text, place }) => `${'  '.repeat(depth)}${withPlace(text, place)}`),
  };
}

/** What columns need, and at the most their shares; the last one has what is left. */
function widthsOf(blocks: readonly (readonly (readonly string[])[])[], width: number): readonly number[] {
  const room = width - GAP * (SHARES.length - 1);
  const widths = SHARES.slice(0, -1).map((share, i) => {
    const widest = blocks.reduce((most, cells) => Math.max(most, ...cells[i]!.map((text) => text.length)), 0);
    return Math.min(widest, Math.floor(share * room));
  });
  return [...widths, room - widths.reduce((sum, one) => sum + one, 0)];
}

function linesOf(cells: readonly (readonly string[])[], widths: readonly number[]): string {
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, row) => {
    const texts = cells.map((lines, i) => cut(lines[row] ?? '', widths[i]!).padEnd(widths[i]!));
    return `${texts.join(' '.repeat(GAP)).trimEnd()}\n`;
  }).join('');
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

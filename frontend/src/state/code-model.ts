// A program in three columns of rows, and which rows of the others belong to one: those for the same insns.
import type { CodeView, InsnView, SourceLineView, WasmLineView } from '../../../backend/protocol/index.ts';

/** The columns, in their order. */
export const CODE_COLUMNS = {
  source: { title: 'C', empty: 'The object does not tell the lines of its source.' },
  insns: { title: 'eBPF', empty: 'The program has no insns.' },
  wasm: { title: 'WebAssembly', empty: 'No code was generated for it.' },
} as const satisfies Record<string, { title: string; empty: string }>;
export type CodeColumnName = keyof typeof CODE_COLUMNS;
export const CODE_COLUMN_NAMES = Object.keys(CODE_COLUMNS) as readonly CodeColumnName[]; // the keys of the table

/** A row of a column. */
export interface CodeRow {
  readonly text: string;
  /** Names what follows: a file, a function. It belongs to no insn. */
  readonly isHead: boolean;
  /** At its left: number of the line, pc; '' for none. */
  readonly label: string;
  /** Insns that it was made from or for. */
  readonly pcs: readonly number[];
  /** Behind the text: what was written in place here, or that nothing ever comes here. */
  readonly note?: string;
}

/** A row by its column and its place in it. */
export interface CodePlace {
  readonly column: CodeColumnName;
  readonly row: number;
}

export type CodeModel = { readonly [K in CodeColumnName]: readonly CodeRow[] };

const INDENT = '  ';
/** Of insns that the verifier saw no run come to. */
const DEAD = 'never reached';

/** The rows of a program. */
export function codeModel({ source, insns, wasm }: Pick<CodeView, 'source' | 'insns' | 'wasm'>): CodeModel {
  return {
    source: sourceRows(source, insns),
    insns: insnRows(insns, inlinedAt(wasm)),
    wasm: wasm.map((line, i) => wasmRow(line, wasm[i - 1])),
  };
}

/** What was written in place, by the pc of the call that it stands for. */
function inlinedAt(wasm: readonly WasmLineView[]): ReadonlyMap<number, ReadonlySet<string>> {
  const words = new Map<number, Set<string>>();
  for (const { pc, inlined } of wasm) {
    if (inlined !== undefined && pc >= 0) words.set(pc, (words.get(pc) ?? new Set()).add(inlined));
  }
  return words;
}

function insnRows(
  insns: readonly InsnView[],
  inlined: ReadonlyMap<number, ReadonlySet<string>>,
): readonly CodeRow[] {
  return insns.flatMap(({ pc, text, func, isDead }): CodeRow[] => {
    const notes = [...(inlined.get(pc) ?? []), ...(isDead === true ? [DEAD] : [])];
    const note = notes.length === 0 ? {} : { note: notes.join(', ') };
    const row = { text, isHead: false, label: String(pc), pcs: [pc], ...note };
    return func === undefined ? [row] : [head(`${func}:`), row];
  });
}

/** A word that holds for several lines stands at the first. */
function wasmRow(line: WasmLineView, before: WasmLineView | undefined): CodeRow {
  const { text, depth, pc, inlined, isHead } = line;
  const isSame = before?.inlined === inlined && before?.pc === pc;
  return {
    text: `${INDENT.repeat(depth)}${text}`,
    isHead: isHead === true,
    label: '',
    pcs: pc < 0 ? [] : [pc],
    ...(inlined === undefined || isSame ? {} : { note: inlined }),
  };
}

function sourceRows(source: readonly SourceLineView[], insns: readonly InsnView[]): CodeRow[] {
  const pcs = source.map((): number[] => []);
  for (const insn of insns) pcs[insn.source]?.push(insn.pc);
  return source.flatMap(({ file, line, text }, i) => {
    const row = { text, isHead: false, label: line === 0 ? '' : String(line), pcs: pcs[i]! };
    return file === source[i - 1]?.file || file === '' ? [row] : [head(baseName(file)), row];
  });
}

function head(text: string): CodeRow {
  return { text, isHead: true, label: '', pcs: [] };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The insns of a row. */
export function pcsOf(model: CodeModel, place: CodePlace | undefined): ReadonlySet<number> {
  return new Set(place === undefined ? [] : model[place.column][place.row]?.pcs);
}

/** Whether a row is for one of the insns. */
export function isFor({ pcs }: CodeRow, wanted: ReadonlySet<number>): boolean {
  return pcs.some((pc) => wanted.has(pc));
}

/** The first row of a column that is for one of the insns; -1 for none. */
export function firstFor(rows: readonly CodeRow[], wanted: ReadonlySet<number>): number {
  return wanted.size === 0 ? -1 : rows.findIndex((row) => isFor(row, wanted));
}

/** Rows whose text or note has the words of a search, column by column; none for an empty search. */
export function findRows(model: CodeModel, search: string): readonly CodePlace[] {
  const wanted = search.trim().toLowerCase();
  if (wanted === '') return [];
  return CODE_COLUMN_NAMES.flatMap((column) =>
    model[column].flatMap(({ text, note = '' }, row) =>
      `${text} ${note}`.toLowerCase().includes(wanted) ? [{ column, row }] : [],
    ),
  );
}

/** A column as text, as it is copied. */
export function columnText(rows: readonly CodeRow[]): string {
  return rows.map(({ text }) => `${text}\n`).join('');
}

/** The row that a key leads to from another, heads included; undefined for other keys. `page` is how many rows are in view. */
export function rowAfterKey(key: string, row: number, count: number, page: number): number | undefined {
  const last = count - 1;
  const steps: Readonly<Record<string, number>> = {
    ArrowUp: row - 1,
    ArrowDown: row + 1,
    PageUp: row - page,
    PageDown: row + page,
    Home: 0,
    End: last,
  };
  const next = steps[key];
  return next === undefined || count === 0 ? undefined : Math.min(last, Math.max(0, next));
}

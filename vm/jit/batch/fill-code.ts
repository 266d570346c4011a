// The ctx of a hook written by generated code, from the columns of a row. What is the same at every event, and is written over by no other hook of the
// batch, is written once when generated code is entered.
import type { FillStep } from '../../kernel/fill-steps.ts';
import type { CodeWriter, Local } from '../wasm/code-writer.ts';
import { BATCH, COLUMN_BYTES, type ColumnName } from './layout.ts';

/** A number that is stored at an offset, 4 or 8 bytes. */
export interface Constant {
  readonly at: number;
  readonly bytes: 4 | 8;
  readonly value: bigint;
}

/** A step that reads columns. */
export type ColumnStep = Exclude<FillStep, { readonly kind: 'zero' | 'constant' }>;
type ColumnKind = ColumnStep['kind'];
type StepOf<Kind extends ColumnKind> = Extract<ColumnStep, { readonly kind: Kind }>;

/** A fill, taken apart. */
export interface FillParts {
  readonly constants: readonly Constant[];
  /** Steps that read columns. */
  readonly rest: readonly ColumnStep[];
}

const WORD = 8;

/** Constants of the steps, without those that later steps write over. */
export function partsOf(steps: readonly FillStep[]): FillParts {
  const constants = new Map<number, bigint>();
  const rest: ColumnStep[] = [];
  for (const step of steps) {
    if (step.kind === 'zero') {
      for (let at = step.at; at < step.at + step.bytes; at += WORD) constants.set(at, 0n);
    } else if (step.kind === 'constant') {
      constants.set(step.at, step.value);
    } else {
      rest.push(step);
      for (const at of wordsOf(step)) constants.delete(at);
    }
  }
  return { constants: [...constants].map(([at, value]) => ({ at, bytes: 8, value })), rest };
}

/** Words that a step which reads columns writes: of halves of a word, both are written by steps of the same fill. */
export function wordsOf(step: ColumnStep): readonly number[] {
  const count = step.kind === 'args' ? step.count : 1;
  return Array.from({ length: count }, (_, i) => step.at - (step.at % WORD) + WORD * i);
}

/** Writes stores of constants. */
export function writeConstants(code: CodeWriter, constants: readonly Constant[]): void {
  for (const { at, bytes, value } of constants) {
    code.i32(0);
    if (bytes === 8) code.i64(value).mem('i64_store', at);
    else code.i32(Number(BigInt.asIntN(32, value))).mem('i32_store', at);
  }
}

/** Leaves the offset of the row's place in a column, less where the column begins. */
export function rowIn(code: CodeWriter, row: Local, column: ColumnName): CodeWriter {
  const bytes = COLUMN_BYTES[column];
  code.get(row);
  return bytes === 48 ? code.i32(bytes).op('i32_mul') : code.i32(Math.log2(bytes)).op('i32_shl');
}

/** Each leaves nothing on the stack; `row` is a local with the row. */
const WRITERS: {
  readonly [Kind in ColumnKind]: (code: CodeWriter, row: Local, step: StepOf<Kind>) => void;
} = {
  int_nr: (code, row, { at }) => rowIn(code.i32(0), row, 'nr').mem('i32_load', BATCH.nr).mem('i32_store', at),
  u64_nr: (code, row, { at }) =>
    rowIn(code.i32(0), row, 'nr').mem('i64_load32_u', BATCH.nr).mem('i64_store', at),
  long_nr: (code, row, { at }) =>
    rowIn(code.i32(0), row, 'nr').mem('i64_load32_s', BATCH.nr).mem('i64_store', at),
  audit: (code, row, { at }) =>
    rowIn(code.i32(0), row, 'audit').mem('i32_load', BATCH.audit).mem('i32_store', at),
  args(code, row, { at, first, count }) {
    for (let i = 0; i < count; i++) loadArg(code.i32(0), row, first + i).mem('i64_store', at + WORD * i);
  },
  arg_or: (code, row, { at, arg, or }) =>
    loadArg(code.i32(0), row, arg).i64(or).op('i64_or').mem('i64_store', at),
  ret: (code, row, { at }) => rowIn(code.i32(0), row, 'ret').mem('i64_load', BATCH.ret).mem('i64_store', at),
};

/** Leaves an argument of the call. */
export function loadArg(code: CodeWriter, row: Local, arg: number): CodeWriter {
  return rowIn(code, row, 'args').mem('i64_load', BATCH.args + WORD * arg);
}

/** Writes a step that reads columns. */
export function writeStep<Kind extends ColumnKind>(code: CodeWriter, row: Local, step: StepOf<Kind>): void {
  const write = WRITERS[step.kind];
  write(code, row, step);
}

// Notes, made by generated code, of how far buffers of records were written when a row had run: so that their readers, who come when the batch is over, find
// of each event what it wrote.
import type { RecordBuffer } from '../../maps/map.ts';
import { CELLS } from '../cells.ts';
import { CodeWriter, type Local } from '../wasm/code-writer.ts';
import type { FuncCode } from '../wasm/types.ts';
import { BATCH, MAX_BUFFERS, MAX_NOTES, NOTE } from './layout.ts';

/** Row: notes the buffers that were written to since it was called last. */
export const NOTE_FUNCTION = 'batch:note';
const ADD_FUNCTION = 'batch:note:add';

/** The function, for these buffers by their numbers. */
export function noteCode(buffers: readonly RecordBuffer[]): readonly FuncCode[] {
  const code = new CodeWriter(NOTE_FUNCTION, 'i32 -> ', ['row']);
  const row = 0;
  const byCpu = Map.groupBy([...buffers.entries()], ([, { cpu }]) => cpu);
  const look = (cpu: number | undefined): void => {
    for (const [number, { writtenAt }] of byCpu.get(cpu) ?? []) {
      const last = BATCH.written + 8 * number;
      code.i32(0).mem('f64_load', writtenAt).i32(0).mem('f64_load', last).op('f64_ne').if();
      code.get(row).i32(number).i32(0).mem('f64_load', writtenAt).call(ADD_FUNCTION).end();
    }
  };
  look(undefined);
  // Programs write to the buffers of their CPU.
  const cpus = [...byCpu.keys()].filter((cpu) => cpu !== undefined).toSorted((a, b) => a - b);
  code.block();
  for (let i = 0; i < cpus.length; i++) code.block();
  const targets = Array.from({ length: (cpus.at(-1) ?? -1) + 1 }, (_, cpu) => {
    const i = cpus.indexOf(cpu);
    return i < 0 ? cpus.length : i;
  });
  code.i32(0).mem('i32_load', CELLS.cpu).brTable(targets, cpus.length);
  for (const [i, cpu] of cpus.entries()) {
    code.end();
    look(cpu);
    code.br(cpus.length - 1 - i);
  }
  code.end();
  return [code.finish(), addCode()];
}

/** Row, number of a buffer, position: adds a note. With room for fewer notes than a row may need, the batch ends. */
function addCode(): FuncCode {
  const code = new CodeWriter(ADD_FUNCTION, 'i32 i32 f64 -> ', ['row', 'buffer', 'position']);
  const [row, buffer, position] = [0, 1, 2] as const satisfies readonly Local[];
  const count = code.local('i32', 'count');
  const note = code.local('i32', 'note');
  code.i32(0).mem('i32_load', BATCH.noteCount).tee(count).i32(NOTE.bytes).op('i32_mul').set(note);
  code.get(note).get(row).mem('i32_store', BATCH.notes);
  code
    .get(note)
    .get(buffer)
    .mem('i32_store', BATCH.notes + NOTE.buffer);
  code
    .get(note)
    .get(position)
    .mem('f64_store', BATCH.notes + NOTE.position);
  code.get(buffer).i32(3).op('i32_shl').get(position).mem('f64_store', BATCH.written);
  code.i32(0).get(count).i32(1).op('i32_add').tee(count).mem('i32_store', BATCH.noteCount);
  code
    .get(count)
    .i32(MAX_NOTES - MAX_BUFFERS)
    .op('i32_gt_u')
    .if();
  code.i32(0).i32(1).mem('i32_store', CELLS.stop).end();
  return code.finish();
}

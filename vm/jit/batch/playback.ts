// What rows of a batch handed to the host, told in the order in which it would have come event by event: the lines that a row printed, then what its programs
// wrote into buffers of records, which readers find row by row.
import type { RecordBuffer } from '../../maps/map.ts';
import type { LinearMemory } from '../../memory/linear.ts';
import { drainPrints, type PrintedLine } from '../inline/print-buffer.ts';
import { BATCH, NOTE } from './layout.ts';

/** Tells lines and records of rows that have run. */
export class Playback {
  private readonly memory: LinearMemory;
  private readonly tell: (line: PrintedLine) => void;
  private buffers: readonly RecordBuffer[] = [];
  private drain: ((row: number) => void) | undefined;

  constructor(memory: LinearMemory, tell: (line: PrintedLine) => void) {
    this.memory = memory;
    this.tell = tell;
  }

  /** Rows are about to run: what they will write, readers find when it is told only. Without `drain` there are no readers who want to know. */
  begin(buffers: readonly RecordBuffer[], drain: ((row: number) => void) | undefined): void {
    const { f64, view } = this.memory;
    view.setUint32(BATCH.noteCount, 0, true);
    this.buffers = buffers;
    this.drain = drain;
    for (const [number, buffer] of buffers.entries()) {
      const written = f64[buffer.writtenAt / 8]!;
      f64[BATCH.written / 8 + number] = written;
      if (drain !== undefined) buffer.limit = written;
    }
  }

  /** Tells what was printed until now, and noted of rows before `end`. */
  play(end: number): void {
    const { memory } = this; // its views are others once somebody who was told has made it grow
    const { view } = memory;
    const lines: PrintedLine[] = [];
    drainPrints(memory, (line) => lines.push(line));
    const count = view.getUint32(BATCH.noteCount, true);
    view.setUint32(BATCH.noteCount, 0, true);
    let told = 0;
    for (let i = 0; i < count && this.drain !== undefined;) {
      const row = this.rowOf(i);
      if (row >= end) break;
      for (; told < lines.length && lines[told]!.row <= row; told++) this.tell(lines[told]!);
      for (; i < count && this.rowOf(i) === row; i++) {
        const at = BATCH.notes + NOTE.bytes * i;
        const buffer = this.buffers[memory.view.getUint32(at + NOTE.buffer, true)]!;
        buffer.limit = memory.f64[(at + NOTE.position) / 8]!;
      }
      this.drain(row);
    }
    for (; told < lines.length; told++) this.tell(lines[told]!);
  }

  /** Rows have run: readers find all again. */
  end(): void {
    for (const buffer of this.buffers) buffer.limit = Infinity;
    this.buffers = [];
  }

  private rowOf(note: number): number {
    return this.memory.view.getUint32(BATCH.notes + NOTE.bytes * note, true);
  }
}

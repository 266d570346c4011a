// Spans of user memory of one block, in the order they were read; sorted by row when the block is handed on.

/** Room at first: a call has about half a string. */
const CAPACITY = 2048;

/** Growable columns; row i of the block owns the spans whose `row` is i. */
export class SpanColumns {
  count = 0;
  row = new Uint16Array(CAPACITY);
  arg = new Uint8Array(CAPACITY);
  flags = new Uint8Array(CAPACITY);
  bytes = new Uint32Array(CAPACITY);
  trueLength = new Float64Array(CAPACITY);

  add(row: number, arg: number, flags: number, bytes: number, trueLength: number): void {
    if (this.count === this.row.length) this.#grow();
    const i = this.count++;
    this.row[i] = row;
    this.arg[i] = arg;
    this.flags[i] = flags;
    this.bytes[i] = bytes;
    this.trueLength[i] = trueLength;
  }

  #grow(): void {
    const capacity = this.row.length * 2;
    this.row = copyInto(new Uint16Array(capacity), this.row);
    this.arg = copyInto(new Uint8Array(capacity), this.arg);
    this.flags = copyInto(new Uint8Array(capacity), this.flags);
    this.bytes = copyInto(new Uint32Array(capacity), this.bytes);
    this.trueLength = copyInto(new Float64Array(capacity), this.trueLength);
  }
}

function copyInto<T extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(to: T, from: T): T {
  to.set(from);
  return to;
}

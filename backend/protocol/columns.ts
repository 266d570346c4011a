// Typed arrays on the wire: socket.io carries Uint8Array whole, and the reader may get it at any byte offset.
import type { F64Column, U32Column } from './frame.ts';

/** Little-endian bytes of `values`; a copy. */
export function u32Column(values: Uint32Array | readonly number[]): U32Column {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

/** Little-endian bytes of `values`; a copy. */
export function f64Column(values: Float64Array | readonly number[]): F64Column {
  return new Uint8Array(Float64Array.from(values).buffer);
}

/** Numbers of a column. Throws RangeError when the byte count is no multiple of 4. */
export function readU32(column: U32Column | ArrayBuffer): Uint32Array {
  return new Uint32Array(aligned(column));
}

/** Numbers of a column. Throws RangeError when the byte count is no multiple of 8. */
export function readF64(column: F64Column | ArrayBuffer): Float64Array {
  return new Float64Array(aligned(column));
}

function aligned(column: Uint8Array | ArrayBuffer): ArrayBuffer {
  return new Uint8Array(column).slice().buffer;
}

// How loads and stores move bytes between a register and memory. `at` is a checked offset, `d` a register number; see alu.ts for the
// views of the registers.
// @see RFC 9669 sections 5.1 to 5.4
import type { SizeName, SwapName } from '../isa/opcodes.ts';
import type { SwapBits } from '../isa/ops.ts';

export type Load = (view: DataView, at: number, r: Int32Array, q: BigUint64Array, d: number) => void;
export type Store = (view: DataView, at: number, r: Int32Array, q: BigUint64Array, x: number) => void;

const loadLow =
  (get: (view: DataView, at: number) => number): Load =>
  (view, at, r, _q, d) => {
    r[2 * d] = get(view, at);
    r[2 * d + 1] = 0;
  };
const loadSigned =
  (get: (view: DataView, at: number) => number): Load =>
  (view, at, r, _q, d) => {
    const value = get(view, at);
    r[2 * d] = value;
    r[2 * d + 1] = value >> 31;
  };
const load64: Load = (view, at, _r, q, d) => {
  q[d] = view.getBigUint64(at, true);
};

export const LOADS = {
  b: loadLow((view, at) => view.getUint8(at)),
  h: loadLow((view, at) => view.getUint16(at, true)),
  w: loadLow((view, at) => view.getInt32(at, true)),
  dw: load64,
} as const satisfies Record<SizeName, Load>;

export const SIGNED_LOADS = {
  b: loadSigned((view, at) => view.getInt8(at)),
  h: loadSigned((view, at) => view.getInt16(at, true)),
  w: loadSigned((view, at) => view.getInt32(at, true)),
  dw: load64,
} as const satisfies Record<SizeName, Load>;

export const STORES = {
  b: (view, at, r, _q, x) => view.setInt8(at, r[2 * x]!),
  h: (view, at, r, _q, x) => view.setInt16(at, r[2 * x]!, true),
  w: (view, at, r, _q, x) => view.setInt32(at, r[2 * x]!, true),
  dw: (view, at, _r, q, x) => view.setBigUint64(at, q[x]!, true),
} as const satisfies Record<SizeName, Store>;

/** Register d as a little endian number of some bits, or with its bytes turned round. The host is little endian, as Linux on x86-64. */
export function swap(
  kind: SwapName,
  bits: SwapBits,
): (registers: DataView, q: BigUint64Array, d: number) => void {
  const little = kind === 'le';
  if (bits === 64) {
    return (registers, q, d) => {
      q[d] = registers.getBigUint64(8 * d, little);
    };
  }
  return (registers, q, d) => {
    q[d] = BigInt(bits === 16 ? registers.getUint16(8 * d, little) : registers.getUint32(8 * d, little));
  };
}

// A type of some BTF, as registers carry it.
import type { Btf } from '../btf/btf.ts';

/** A struct or another type; the same when both fields are. */
export interface BtfType {
  /** The kernel's or the program's. */
  readonly btf: Btf;
  readonly id: number;
}

// An insn as the text states it, before labels, maps and helpers are known.
import type { Field, OpName, Width } from '../isa/ops.ts';
import type { Place } from './errors.ts';
import type { Token } from './tokens.ts';

/** A label to jump to; `field` takes the distance. */
export interface JumpRef extends Place {
  readonly kind: 'jump';
  readonly name: string;
  readonly field: 'off' | 'imm';
}
/** A function, a helper, or a map as such. */
export interface NameRef extends Place {
  readonly kind: 'call' | 'callsub' | 'func' | 'map';
  readonly name: string;
}
/** An address: `add` bytes into the value of a map, or (symbol) of whatever has the name. */
export interface AddressRef extends Place {
  readonly kind: 'mapval' | 'symbol';
  readonly name: string;
  readonly add: bigint;
}
/** What an insn names and does not know yet. */
export type Ref = JumpRef | NameRef | AddressRef;

/** An insn with its free fields; what `ref` will fill is missing from them. Or eight raw bytes. */
export interface Draft extends Place {
  readonly name: OpName | 'raw';
  readonly fields: Readonly<Partial<Record<Field, number>>>;
  readonly ref?: Ref;
  /** The slot of a `.quad`, little endian. */
  readonly raw?: bigint;
}

/** A draft whose place is that of its statement. */
export type Bare = Omit<Draft, 'line' | 'column'>;

/** A register as written: r3 is 64 bits wide, w3 is its low half. */
export interface Reg {
  readonly number: number;
  readonly width: Width;
  readonly token: Token;
}

// Raw deflate data back to bytes. In JavaScript it runs anywhere; a host that has a faster one of its own may lend it.
import { inflateSync } from 'fflate';

/** Inflates raw deflate data that should give `length` bytes. Gives as many as there are, or one more than `length` at least; throws where it is none. */
export type Inflate = (deflated: Uint8Array, length: number) => Uint8Array;

/** The one that runs anywhere. */
export const inflateAnywhere: Inflate = (deflated, length) =>
  // room for one byte too many: fflate drops what has none
  inflateSync(deflated, { out: new Uint8Array(length + 1) });

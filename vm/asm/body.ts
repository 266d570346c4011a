// Insns with their labels: a program, or a function of .text.
import { OPS } from '../isa/ops.ts';
import type { Draft } from './draft.ts';
import { refuse, type Place } from './errors.ts';
import type { Token } from './tokens.ts';

/** Insns that belong together: a program, or a function of .text. Labels are known inside of it only. */
export class Body {
  readonly name: string;
  readonly place: Place;
  readonly drafts: { readonly draft: Draft; readonly pc: number }[] = [];
  readonly labels = new Map<string, Place & { readonly pc: number }>();
  /** Places of each numeric label, rising. */
  readonly near = new Map<string, number[]>();
  slots = 0;

  constructor(name: string, place: Place) {
    this.name = name;
    this.place = place;
  }

  add(draft: Draft): void {
    this.drafts.push({ draft, pc: this.slots });
    this.slots += draft.name === 'raw' ? 1 : OPS[draft.name].slots;
  }

  label(token: Token): void {
    const { text, line, column } = token;
    if (token.kind === 'number') {
      const places = this.near.get(text);
      if (places === undefined) this.near.set(text, [this.slots]);
      else places.push(this.slots);
      return;
    }
    const earlier = this.labels.get(text);
    if (earlier !== undefined) refuse(token, 'duplicate-label', [text, earlier.line]);
    this.labels.set(text, { pc: this.slots, line, column });
  }
}

/** pc of a label in its body: of 1f the next place after `pc`, of 1b the last one up to it. */
export function labelPc(body: Body, name: string, pc: number): number | undefined {
  const near = /^(\d+)([bf])$/.exec(name);
  if (near === null) return body.labels.get(name)?.pc;
  const places = body.near.get(near[1]!) ?? [];
  const before = countUpTo(places, pc);
  return near[2] === 'f' ? places[before] : places[before - 1];
}

/** How many of the rising `places` are at most `pc`. */
function countUpTo(places: readonly number[], pc: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (places[middle]! <= pc) low = middle + 1;
    else high = middle;
  }
  return low;
}

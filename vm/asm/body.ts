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
      this.near.set(text, [...(this.near.get(text) ?? []), this.slots]);
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
  return near[2] === 'f' ? places.find((at) => at > pc) : places.findLast((at) => at <= pc);
}

// How a walk ends when the program is refused.
import type { Env } from './env.ts';
import { MESSAGES, type MessageArgs, type MessageCode } from './messages/index.ts';
import type { MessageRow } from './messages/row.ts';

/** A register, or a stack slot of a frame, that a refusal is about: its history explains the refusal. */
export type Place = { readonly reg: number } | { readonly frame: number; readonly slot: number };

/** Thrown inside of the verifier only; `verify` makes a verdict of it. `cause` is the refusal that it came of, where there is one. */
export class Refusal extends Error {
  readonly code: MessageCode;
  /** Positive. */
  readonly errno: number;
  readonly pc: number;
  readonly places: readonly Place[];
  /** What the message was made of. */
  readonly args: readonly unknown[];
  readonly why: string;
  readonly fix: string;

  constructor(code: MessageCode, pc: number, places: readonly Place[], args: readonly unknown[]) {
    const row: MessageRow = MESSAGES[code];
    const say = (words: MessageRow['why'] | MessageRow['text']): string =>
      typeof words === 'string' ? words : (words as (...args: readonly unknown[]) => string)(...args); // refuse() has checked args
    const cause = args.find((arg) => arg instanceof Refusal);
    super(say(row.text), cause === undefined ? {} : { cause });
    this.name = 'Refusal';
    this.code = code;
    this.errno = row.errno === 'cause' ? cause!.errno : row.errno; // such rows take one
    this.pc = pc;
    this.places = places;
    this.args = args;
    this.why = say(row.why);
    this.fix = say(row.fix);
  }
}

/** Refuses the program at `env.pc`; the kernel's line goes into the log. `places` are what the message is about. */
export function refuse<Code extends MessageCode>(
  env: Env,
  code: Code,
  places: readonly Place[],
  ...args: MessageArgs<Code>
): never {
  const refusal = new Refusal(code, env.pc, places, args);
  if (refusal.message !== '') env.log.line(refusal.message); // some rules the kernel keeps without a word
  throw refusal;
}

// The shape of the verifier's messages.

/** A text, made up from the same arguments in all three columns. */
type Words = string | ((...args: never[]) => string);

/** Why a program is refused. */
export interface MessageRow {
  /** What BPF_PROG_LOAD returns, positive; 'cause': that of the refusal among the arguments, which this one came of. */
  readonly errno: number | 'cause';
  /** The kernel's line, word for word. */
  readonly text: (...args: never[]) => string;
  /** The kernel does not end the line: the statistics follow on it. */
  readonly isOpen?: true;
  /** The rule behind it, for a student, in plain words. */
  readonly why: Words;
  /** What to change. */
  readonly fix: Words;
}
export type MessageTable = Readonly<Record<string, MessageRow>>;

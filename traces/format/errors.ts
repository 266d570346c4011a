// What can be wrong with a .sct file, in one table.

/** Texts by code: the rule, the value seen, the bound. */
const MESSAGES = {
  'not-sct': (seen: string) =>
    `a .sct file starts with the bytes 89 53 43 54 0d 0a 1a 0a, this one with ${seen}`,
  'no-header': (seen: string) => `the section that describes the recording cannot be read: ${seen}`,
  'bad-meta': (seen: string) => `a description in the file does not have the shape of its version: ${seen}`,
  'bad-stream': (seen: string) => `a column of a block does not decode: ${seen}`,
  'bad-block': (seen: string) => `a block contradicts itself: ${seen}`,
  'bad-version': (seen: string) => `the file was written by a newer Tailscope: ${seen}`,
} as const satisfies Record<string, (seen: string) => string>;

export type FormatErrorCode = keyof typeof MESSAGES;

/**
 * A file that is no .sct, or whose description is unreadable. Damage further on is no error: see `Recording.damage`. Reading a block
 * throws it only where the check sum is right and the content is impossible, which no writer makes.
 */
export class FormatError extends Error {
  readonly code: FormatErrorCode;

  /** `seen` is the part of the message that the table does not know. */
  constructor(code: FormatErrorCode, seen: string) {
    super(MESSAGES[code](seen));
    this.name = 'FormatError';
    this.code = code;
  }
}

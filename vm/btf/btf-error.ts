// What is wrong with a blob of BTF.

/** Texts by code. */
export const BTF_ERRORS = {
  header: (why: string) => `this is no header of BTF version 1: ${why}`,
  bounds: (why: string) => `a part lies outside of its section: ${why}`,
  long: (limit: number) => `a name is longer than ${limit} bytes`,
  kind: (kind: number) => `kind ${kind} is none of BTF, which has 1 to 19`,
  reference: (id: number, count: number) => `there is no type ${id}, bound ${count - 1}`,
  'wrong-kind': (what: string) => `a type refers to one of a kind that it may not: ${what}`,
  loop: (id: number) => `type ${id} contains itself`,
} as const satisfies Record<string, (...args: never[]) => string>;
export type BtfErrorCode = keyof typeof BTF_ERRORS;

/** Thrown for bytes that are no BTF, and for BTF that makes no sense. */
export class BtfError extends Error {
  readonly code: BtfErrorCode;
  readonly section: 'header' | 'types' | 'strings';
  /** Bytes from the start of the blob. */
  readonly offset: number;

  constructor(code: BtfErrorCode, section: BtfError['section'], offset: number, text: string) {
    super(`BTF ${section}, byte ${offset}: ${text}`);
    this.name = 'BtfError';
    this.code = code;
    this.section = section;
    this.offset = offset;
  }
}

// Directives of object texts: which there are, and how `.slot` is read.
import { refuse } from './errors.ts';
import type { TokenCursor } from './token-cursor.ts';
import type { Token } from './tokens.ts';

const IGNORED = new Set(
  '.globl .global .weak .hidden .protected .local .size .p2align .align .balign .file .loc .ident .addrsig .addrsig_sym'.split(
    ' ',
  ),
);
/** True for directives that say nothing a program needs. */
export function isIgnored(name: string): boolean {
  return IGNORED.has(name) || name.startsWith('.cfi_');
}

/** All names, for hints. */
export const DIRECTIVES = [
  '.section',
  '.text',
  '.map',
  '.template',
  '.slot',
  '.inner',
  '.object',
  '.license',
  '.equ',
  '.set',
  '.type',
  '.data',
  '.rodata',
  '.bss',
  '.comm',
  '.quad',
  ...IGNORED,
];
/** A `.slot` line: which program goes where. Names are not resolved yet. */
export interface SlotDraft {
  readonly map: Token;
  readonly index: bigint;
  readonly prog: Token;
}

/** Reads `progs 1 bpf_prog2`. */
export function readSlot(cursor: TokenCursor): SlotDraft {
  const map = readWord(cursor, 'a map');
  const index = cursor.expression();
  return { map, index, prog: readWord(cursor, 'a program') };
}

/** The next token, which must be a word; `what` says of which kind. */
export function readWord(cursor: TokenCursor, what: string): Token {
  const token = cursor.next();
  if (token.kind === 'word') return token;
  return refuse(token, 'expected', [what, token.text]);
}

/** Text of a string token without a NUL at its end. */
export function textOf(token: Token): string {
  return Array.from(token.bytes, (byte) => String.fromCharCode(byte))
    .join('')
    .replace(/\0$/, '');
}

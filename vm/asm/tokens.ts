// Text to statements: one for each insn or directive, with its labels, and each token with its place.
//
// Statements end at a newline or `;`. Comments: `//` and `#` to the end of the line, `/* */` anywhere, and a line that begins with `;`
// (llvm-objdump prints source lines so). What other tools print before an insn is taken off: `3: (b7) ` of the kernel's log, where `;`
// begins a comment, and the address and bytes of llvm-objdump.
import { ALU, JMP } from '../isa/opcodes.ts';
import { problemAt, type Place, type ProblemList } from './errors.ts';

type TokenKind = 'word' | 'number' | 'string' | 'sign' | 'near';

/** `value` of numbers; `bytes` of strings. `near` is a numeric local label such as 1f or 2b. */
export interface Token extends Place {
  readonly kind: TokenKind;
  readonly text: string;
  readonly value: bigint;
  readonly bytes: Uint8Array;
  /** White space or the start of the line stands before it. */
  readonly spaced: boolean;
}

export interface Statement extends Place {
  readonly labels: readonly Token[];
  readonly tokens: readonly Token[];
  /** The opcode that a line of the kernel's log states in parentheses. */
  readonly opcode: number | undefined;
}

/** Operators and punctuation, longest first. */
const SIGNS = [
  ...new Set([
    ...Object.values(ALU).map((row) => row.sign),
    ...Object.values(JMP).map((row) => row.sign),
    ...'+-*~()[]{},:<>@%/|&^=!'.split(''),
  ]),
].toSorted((a, b) => b.length - a.length);

/** Newer kernels list the program once with the live registers before the opcode. */
const KERNEL_PREFIX = /^\s*\d+: (?:[.\d]{10} )?\(([0-9a-f]{2})\) /;
const OBJDUMP_PREFIX =
  /^\s*(?:[0-9a-f]+:\s+)?(?:[0-9a-f]{2} ){7}[0-9a-f]{2}(?: (?:[0-9a-f]{2} ){7}[0-9a-f]{2})?\s/;
const WORD = /[A-Za-z_.$][\w.$]*/y;
const NUMBER = /\d[\w]*/y;
/** Longest number: no field has more than 128 bits. */
const LIMIT_DIGITS = 200;
const NO_BYTES = new Uint8Array(0);

/** Splits text into statements. What cannot be read is added to `problems` and left out. */
export function tokenize(text: string, problems: ProblemList): Statement[] {
  const statements: Statement[] = [];
  const lines = blankBlockComments(text, problems).split(/\r\n|\n|\r/);
  lines.forEach((lineText, index) => {
    const line = index + 1;
    if (/^\s*;/.test(lineText)) return;
    const kernel = KERNEL_PREFIX.exec(lineText);
    const start = (kernel ?? OBJDUMP_PREFIX.exec(lineText))?.[0].length ?? 0;
    const opcode = kernel?.[1] === undefined ? undefined : Number.parseInt(kernel[1], 16);
    const code = kernel === null ? lineText : lineText.replace(/;.*/, '');
    for (const part of lineStatements(code, start, line, problems)) {
      const statement = takeLabels(part, opcode);
      if (statement !== undefined) statements.push(statement);
    }
  });
  return statements;
}

/** What stands between two `;`. `broken`: a part of it could not be read. */
interface Part {
  readonly tokens: Token[];
  broken: boolean;
}

/** Tokens of one line, cut at `;`. */
function lineStatements(text: string, start: number, line: number, problems: ProblemList): Part[] {
  let part: Part = { tokens: [], broken: false };
  const parts = [part];
  let at = start;
  while (at < text.length) {
    const char = text[at]!;
    if (char === '#' || text.startsWith('//', at)) break;
    if (char === ';') {
      part = { tokens: [], broken: false };
      parts.push(part);
      at++;
      continue;
    }
    if (/\s/.test(char)) {
      at++;
      continue;
    }
    const place = { line, column: at + 1 };
    const spaced = at === start || /\s/.test(text[at - 1]!);
    const read = readToken(text, at);
    if ('code' in read) {
      problems.add(problemAt(place, read.code, [read.detail], read.hint));
      part.broken = true;
    } else {
      part.tokens.push({ value: 0n, bytes: NO_BYTES, ...place, ...read.token, spaced });
    }
    at = read.end;
  }
  return parts;
}

interface ReadToken {
  readonly token: { kind: TokenKind; text: string; value?: bigint; bytes?: Uint8Array };
  readonly end: number;
}
interface ReadProblem {
  readonly code: 'bad-character' | 'bad-number' | 'bad-string';
  readonly detail: string;
  readonly hint: string;
  readonly end: number;
}

function readToken(text: string, at: number): ReadToken | ReadProblem {
  const char = text[at]!;
  if (char === '"' || char === "'") return readQuoted(text, at, char);
  const sign = SIGNS.find((candidate) => text.startsWith(candidate, at));
  if (sign !== undefined) return { token: { kind: 'sign', text: sign }, end: at + sign.length };
  const word = matchAt(WORD, text, at);
  if (word !== undefined) {
    // bpf_tail_call#12, as the kernel prints helpers: the # belongs to the word
    const id = matchAt(/#-?\d+/y, text, at + word.length) ?? '';
    return { token: { kind: 'word', text: word + id }, end: at + word.length + id.length };
  }
  const number = matchAt(NUMBER, text, at);
  if (number !== undefined) return readNumber(number, at + number.length);
  const whole = String.fromCodePoint(text.codePointAt(at)!);
  return { code: 'bad-character', detail: whole, hint: '', end: at + whole.length };
}

function readNumber(text: string, end: number): ReadToken | ReadProblem {
  if (text.length > LIMIT_DIGITS) {
    return { code: 'bad-number', detail: text, hint: `a number has ${LIMIT_DIGITS} digits at most`, end };
  }
  if (/^\d+[bf]$/.test(text)) return { token: { kind: 'near', text }, end };
  const digits = /^0\d/.test(text) ? `0o${text.slice(1)}` : text; // a leading zero is octal, as in clang
  if (/^(?:0[xX][\da-fA-F]+|0[bB][01]+|0o[0-7]+|\d+)$/.test(digits)) {
    return { token: { kind: 'number', text, value: BigInt(digits) }, end };
  }
  const octal = digits.startsWith('0o') ? 'a leading zero means octal' : '';
  const hint = /ll$/i.test(text) ? 'write ll apart from the number' : octal;
  return { code: 'bad-number', detail: text, hint, end };
}

const ESCAPES: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  b: 8,
  f: 12,
  '0': 0,
  '\\': 92,
  '"': 34,
  "'": 39,
};

/** "text" is a string; 'c' is the number of one byte. Escapes: those of C, \xHH, and octal of up to three digits. */
function readQuoted(text: string, at: number, quote: string): ReadToken | ReadProblem {
  const bytes: number[] = [];
  let i = at + 1;
  const bad = (detail: string): ReadProblem => ({ code: 'bad-string', detail, hint: '', end: text.length });
  for (; i < text.length && text[i] !== quote; i++) {
    if (text[i] !== '\\') {
      const char = String.fromCodePoint(text.codePointAt(i)!);
      bytes.push(...utf8(char));
      i += char.length - 1;
      continue;
    }
    const octal = matchAt(/[0-7]{1,3}/y, text, i + 1);
    const hex = matchAt(/x[\da-fA-F]{1,2}/y, text, i + 1);
    const escaped = ESCAPES[text[i + 1] ?? ''];
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 255);
    else if (hex !== undefined) bytes.push(Number.parseInt(hex.slice(1), 16));
    else if (escaped !== undefined) bytes.push(escaped);
    else return bad(`unknown escape \\${text[i + 1] ?? ''}`);
    i += octal?.length ?? hex?.length ?? 1;
  }
  if (i >= text.length) return bad(`${quote} is not closed`);
  const source = text.slice(at, i + 1);
  if (quote === '"')
    return { token: { kind: 'string', text: source, bytes: Uint8Array.from(bytes) }, end: i + 1 };
  if (bytes.length !== 1) return bad('a character constant is one byte');
  return { token: { kind: 'number', text: source, value: BigInt(bytes[0]!) }, end: i + 1 };
}

/** UTF-8 bytes of one character. (TextEncoder is no part of ECMAScript.) */
function utf8(char: string): number[] {
  const code = char.codePointAt(0)!;
  if (code < 0x80) return [code];
  const tail = (shift: number): number => 0x80 | ((code >> shift) & 0x3f);
  if (code < 0x800) return [0xc0 | (code >> 6), tail(0)];
  if (code < 0x10000) return [0xe0 | (code >> 12), tail(6), tail(0)];
  return [0xf0 | (code >> 18), tail(12), tail(6), tail(0)];
}

/** Labels are words or numbers with a colon behind. Of a broken part only they are of use. */
function takeLabels({ tokens, broken }: Part, opcode: number | undefined): Statement | undefined {
  let at = 0;
  while (isLabel(tokens[at]) && tokens[at + 1]?.text === ':') at += 2;
  const first = tokens[0];
  if (first === undefined) return undefined;
  const labels = tokens.slice(0, at).filter((_, i) => i % 2 === 0);
  const { line, column } = tokens[at] ?? first;
  return { labels, tokens: broken ? [] : tokens.slice(at), opcode, line, column };
}

/** Replaces block comments by spaces, so that places stay; knows that quotes and line comments hide them. */
function blankBlockComments(text: string, problems: ProblemList): string {
  if (!text.includes('/*')) return text;
  const hidden =
    /^[ \t]*;.*|\/\/.*|(?<![\w.$])#.*|#(?!-?\d).*|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])'|\/\*[\s\S]*?(?:\*\/|$(?![\s\S]))/gm;
  return text.replace(hidden, (match, at: number) => {
    if (!match.startsWith('/*')) return match;
    if (match.length < 4 || !match.endsWith('*/')) {
      const lines = text.slice(0, at).split('\n');
      problems.add(problemAt({ line: lines.length, column: lines.at(-1)!.length + 1 }, 'open-comment', []));
    }
    return match.replace(/[^\n]/g, ' ');
  });
}

function isLabel(token: Token | undefined): boolean {
  return token?.kind === 'word' || token?.kind === 'number';
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

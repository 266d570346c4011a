// What can be wrong with assembly text: one table of texts, and the error that carries all problems of a file.

/** Texts by code: the rule, the value seen, the bound. */
export const ASM_MESSAGES = {
  'bad-character': (char: string) => `character ${JSON.stringify(char)} has no meaning here`,
  'bad-number': (text: string) => `malformed number ${text}`,
  'bad-string': (why: string) => `malformed string: ${why}`,
  'open-comment': () => 'comment is not closed: /* without */',
  'too-deep': (limit: number) => `expression is nested too deep, bound ${limit}`,
  'unknown-insn': (text: string) => `no insn begins with ${text}`,
  expected: (what: string, seen: string) =>
    `expected ${what}, got ${seen === '' ? 'the end of the line' : seen}`,
  trailing: (seen: string) => `unexpected ${seen} after the end of the insn`,
  'bad-register': (name: string) => `register ${name} does not exist: r0 to r10, w0 to w10`,
  'register-width': (dst: string, src: string) =>
    `registers of one insn have one width, got ${dst} and ${src}`,
  'needs-register': (rule: string, seen: string) => `${rule}, got ${seen}`,
  'bad-size': (type: string, allowed: string) => `type ${type} is not possible here: ${allowed}`,
  'unknown-operator': (sign: string) => `no insn has the operator ${sign}`,
  'imm-range': (value: bigint) =>
    `immediate does not fit in 32 bits: ${value}, bound -2147483648 to 4294967295`,
  'imm64-range': (value: bigint) =>
    `immediate does not fit in 64 bits: ${value}, bound -9223372036854775808 to 18446744073709551615`,
  'off-range': (value: bigint) => `offset does not fit in 16 bits: ${value}, bound -32768 to 32767`,
  'jump-range': (slots: number) => `jump is too far: ${slots} slots, bound -32768 to 32767`,
  'string-length': (bytes: number, limit: number) =>
    `string constant is too long: ${bytes} bytes, bound ${limit}`,
  'unknown-symbol': (name: string) => `symbol ${name} is not defined`,
  'unknown-label': (name: string) => `label ${name} is not defined`,
  'unknown-map': (name: string) => `map ${name} is not declared`,
  'unknown-helper': (name: string) => `${name} is neither a helper, a kernel function nor a label`,
  'helper-id': (name: string, id: number, seen: bigint) => `helper ${name} has id ${id}, got ${seen}`,
  'duplicate-label': (name: string, line: number) => `label ${name} is defined twice, first in line ${line}`,
  'duplicate-name': (kind: string, name: string, line: number) =>
    `${kind} ${name} is defined twice, first in line ${line}`,
  'not-a-subprog': (name: string) => `${name} is a program, not a subprogram`,
  'unknown-directive': (name: string) => `directive ${name} does not exist`,
  'unknown-section': (name: string) => `section ${JSON.stringify(name)} names no program type`,
  'section-hook': (name: string, prefix: string) =>
    `section ${JSON.stringify(name)} has no hook after ${prefix}/`,
  'no-section': () => 'insn outside of a program section',
  'no-program': () => 'object has no program',
  'no-name': (section: string) => `program of section ${JSON.stringify(section)} has no name`,
  'empty-program': (name: string) => `${name === '' ? 'program' : `program ${name}`} has no insns`,
  'bad-key': (directive: string, key: string) => `${directive} has no ${key}=`,
  'key-twice': (directive: string, key: string) => `${directive} has ${key}= twice`,
  'missing-key': (directive: string, key: string) => `${directive} needs ${key}=`,
  'key-range': (key: string, value: bigint, min: number, max: number) =>
    `${key} is out of range: ${value}, bound ${min} to ${max}`,
  'not-a-prog-array': (map: string, type: string) => `map ${map} is a ${type}, not a prog_array`,
  'slot-range': (index: bigint, entries: number) =>
    `slot is out of range: ${index}, bound 0 to ${entries - 1}`,
  'slot-twice': (map: string, index: number | string, line: number) =>
    `slot ${map}[${index}] is filled twice, first in line ${line}`,
  'not-of-maps': (map: string, type: string) => `map ${map} is a ${type}, and holds no maps`,
  'inner-depth': (map: string) => `map ${map} has inner maps itself, and maps of maps are one deep`,
  'key-size': (key: bigint, map: string, bytes: number) =>
    `key ${key} does not fit in the ${bytes} bytes of a key of ${map}`,
  'data-range': (value: bigint, bytes: number) => `number does not fit in ${bytes} bytes: ${value}`,
  'data-address': (name: string) => `address of ${name} cannot stand in data`,
  'data-size': (section: string, limit: number) =>
    `data is too long in section ${section}, bound ${limit} bytes in all sections`,
  'object-size': (limit: number) =>
    `programs are too long with the functions that they call, bound ${limit} insns in all`,
  'map-def': (name: string, bytes: number) =>
    `map ${name} is no struct bpf_map_def: ${bytes} bytes, bound 20 at least`,
  'no-prog-array': (section: string) =>
    `section ${JSON.stringify(section)} needs a prog_array, and there is none`,
  'unknown-program': (name: string) => `program ${name} does not exist`,
} as const satisfies Record<string, (...args: never[]) => string>;
export type AsmCode = keyof typeof ASM_MESSAGES;

/** One thing that is wrong. `line` and `column` count from 1; `hint` may be empty. */
export interface AsmProblem {
  readonly code: AsmCode;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly hint: string;
}

/** A place in the text. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Characters of the text that a message shows: enough for any name, and for the rule that stands beside it. */
const LIMIT_SHOWN = 160;
/** Problems that are looked for in one file: a text with more is no assembly, or repeats one mistake. */
const LIMIT_PROBLEMS = 100;

/**
 * Thrown for text that cannot be assembled. The fields are those of the first problem; `all` has the problems of the file in order, the
 * first LIMIT_PROBLEMS of them that were found.
 */
export class AsmError extends Error {
  readonly all: readonly AsmProblem[];
  readonly code: AsmCode;
  readonly line: number;
  readonly column: number;
  readonly hint: string;

  /** `problems` has at least one entry. */
  constructor(problems: readonly AsmProblem[]) {
    const first = problems[0]!;
    super(problems.map(printProblem).join('\n'));
    this.name = 'AsmError';
    this.all = problems;
    this.code = first.code;
    this.line = first.line;
    this.column = first.column;
    this.hint = first.hint;
  }
}

/** A problem at a place, to be thrown or collected. Arguments are those of the text in ASM_MESSAGES. */
export function problemAt<C extends AsmCode>(
  place: Place,
  code: C,
  args: Parameters<(typeof ASM_MESSAGES)[C]>,
  hint = '',
): AsmProblem {
  const text = ASM_MESSAGES[code] as (...args: unknown[]) => string; // args match the code by this function's own type
  const shown = args.map((arg) => (typeof arg === 'string' ? cut(arg) : arg));
  return { code, line: place.line, column: place.column, message: text(...shown), hint };
}

/** A piece of the text, short enough for a message. */
function cut(text: string): string {
  return text.length > LIMIT_SHOWN ? `${text.slice(0, LIMIT_SHOWN)}...` : text;
}

/** One line for a person: place, text, hint. */
export function printProblem(problem: AsmProblem): string {
  const hint = problem.hint === '' ? '' : ` (${problem.hint})`;
  return `line ${problem.line}, column ${problem.column}: ${problem.message}${hint}`;
}

/** Ends the reading of a file that has LIMIT_PROBLEMS. Not an AsmError: no step keeps it. */
class TooManyProblems extends Error {}

/** Collects the problems of a file. `attempt` runs one step and keeps its problem instead of throwing. */
export class ProblemList {
  readonly problems: AsmProblem[] = [];

  add(problem: AsmProblem): void {
    this.problems.push(problem);
    if (this.problems.length >= LIMIT_PROBLEMS) throw new TooManyProblems();
  }

  attempt<T>(step: () => T): T | undefined {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof AsmError)) throw error;
      for (const problem of error.all) this.add(problem);
      return undefined;
    }
  }

  /** Reads a whole file with `step`: its result. Throws an AsmError with the problems, by place, when there is one. */
  file<T>(step: () => T): T {
    const result = this.result(step);
    if (result !== undefined && this.problems.length === 0) return result;
    throw new AsmError(this.problems.toSorted((a, b) => a.line - b.line || a.column - b.column));
  }

  private result<T>(step: () => T): T | undefined {
    try {
      return this.attempt(step);
    } catch (error) {
      if (error instanceof TooManyProblems) return undefined;
      throw error;
    }
  }
}

/** Ends the step at hand with one problem. */
export function refuse<C extends AsmCode>(
  place: Place,
  code: C,
  args: Parameters<(typeof ASM_MESSAGES)[C]>,
  hint = '',
): never {
  throw new AsmError([problemAt(place, code, args, hint)]);
}

// The code of a function as WebAssembly text: one insn a line, each with the eBPF insn that it was made for.
// @see WebAssembly core specification, section 6
import { readCode, type Immediate, type WasmInsn } from './code-reader.ts';
import { markAt } from './marks.ts';
import type { ModuleParts } from './module-writer.ts';
import { partsOf, type FuncCode, type FuncName, type FuncType } from './types.ts';

/** An insn of WebAssembly. */
export interface TextLine {
  /** Offset in the bytes of the function. */
  readonly at: number;
  /** Blocks around it; for what begins, parts or ends one: those around that. */
  readonly depth: number;
  /** What it is for: -1 for no insn. */
  readonly pc: number;
  /** A word on what was inlined here. */
  readonly what: string | undefined;
  /** The offset that a load or store adds. */
  readonly offset: number | undefined;
  readonly text: string;
}

/** Insns of WebAssembly one after the other that are for the same insn of eBPF. */
export interface TextGroup {
  /** -1 for none: frames of blocks and loops, what a function begins with. */
  readonly pc: number;
  readonly what: string | undefined;
  readonly lines: readonly TextLine[];
}

/** What comments tell. */
export interface TextNames {
  /** Text of an insn of eBPF: above its code. */
  readonly insn?: (pc: number) => string | undefined;
  /** What stands at an offset of the memory: behind loads and stores that add it. */
  readonly place?: (offset: number) => string | undefined;
}

/** Insns of a function; the `end` of the function itself is none of them. Alignment is not told: all accesses may be unaligned. */
export function linesOf(code: FuncCode): TextLine[] {
  const insns = readCode(code).slice(0, -1);
  const labels = labelsOf(insns);
  const locals = localNames(code);
  const open: (string | undefined)[] = [];
  return insns.map((insn, i): TextLine => {
    const isEnd = insn.name === 'end';
    const depth = isEnd || insn.name === 'else' ? open.length - 1 : open.length;
    let label: string | undefined;
    if (isEnd) label = open.pop();
    const operands = operandsOf(insn.immediate, locals, open);
    if (opens(insn)) open.push((label = labels.get(i)));
    const { pc = -1, what } = markAt(code, insn.at) ?? {};
    const words = label === undefined ? [insn.name] : [insn.name, label];
    const offset = insn.immediate.kind === 'offset' ? insn.immediate.value : undefined;
    return { at: insn.at, depth, pc, what, offset, text: words.concat(operands).join(' ') };
  });
}

/** The insns of a function in groups. A pc may have several: code of its edges stands where they lead. */
export function groupsOf(code: FuncCode): TextGroup[] {
  const groups: { pc: number; what: string | undefined; lines: TextLine[] }[] = [];
  for (const line of linesOf(code)) {
    const last = groups.at(-1);
    if (last?.pc === line.pc && last.what === line.what) last.lines.push(line);
    else groups.push({ pc: line.pc, what: line.what, lines: [line] });
  }
  return groups;
}

/** What a function begins with: its name, parameters and results, and on another line its locals, where it has some. */
export function headOf(code: FuncCode): string[] {
  const params = partsOf(code.type).params.length;
  const names = localNames(code);
  const declared = code.locals.map(({ type }, i) => `(local ${names[i]!} ${type})`).slice(params);
  return [
    `(func ${idOf(code.name)}${signature(code)}`,
    ...(declared.length === 0 ? [] : [declared.join(' ')]),
  ];
}

/** A function as WebAssembly text that parses, lines without ends. Comments tell what each insn of eBPF became, and what was written in its place. */
export function printFunc(code: FuncCode, { insn, place }: TextNames = {}): string[] {
  const [first, ...declared] = headOf(code);
  const lines = [first!, ...declared.map((text) => `  ${text}`)];
  let shown = -1;
  for (const group of groupsOf(code)) {
    const { depth } = group.lines[0]!; // no group is empty
    const comment = (text: string): unknown => lines.push(`${'  '.repeat(depth + 1)};; ${text}`);
    const text = group.pc === -1 || group.pc === shown ? undefined : insn?.(group.pc);
    if (text !== undefined) comment(`${group.pc}: ${text}`);
    if (group.pc !== -1) shown = group.pc;
    if (group.what !== undefined) comment(`= ${group.what}`);
    for (const { depth, text, offset } of group.lines) {
      const name = offset === undefined ? undefined : place?.(offset);
      lines.push(`${'  '.repeat(depth + 1)}${text}${name === undefined ? '' : ` ;; ${name}`}`);
    }
  }
  return [...lines, ')'];
}

/** A whole module as text that parses. */
export function printModule(parts: ModuleParts, namesOf?: (code: FuncCode) => TextNames): string {
  const imports = parts.imports.map(
    ({ name, type }) => `(import "env" "${name}" (func ${idOf(name)}${typeText(type)}))`,
  );
  const body = [
    `(import "env" "memory" (memory ${parts.pages}))`,
    '(import "env" "table" (table 0 funcref))',
    ...imports,
    ...parts.functions.flatMap((code) => printFunc(code, namesOf?.(code))),
    ...parts.exports.map((name) => `(export "${name}" (func ${idOf(name)}))`),
  ];
  return ['(module', ...body.map((line) => `  ${line}`), ')', ''].join('\n');
}

function opens({ immediate }: WasmInsn): boolean {
  return immediate.kind === 'blockType';
}

/** By index: names of the blocks and loops that are branched to. */
function labelsOf(insns: readonly WasmInsn[]): ReadonlyMap<number, string> {
  const open: number[] = [];
  const targets = new Set<number>();
  for (const [i, insn] of insns.entries()) {
    const { immediate } = insn;
    if (opens(insn)) open.push(i);
    else if (insn.name === 'end') open.pop();
    const depths =
      immediate.kind === 'depths' ? immediate.values : immediate.kind === 'depth' ? [immediate.value] : [];
    for (const depth of depths) targets.add(open.at(-1 - depth) ?? -1);
  }
  targets.delete(-1); // the function itself
  const named = [...targets].sort((a, b) => a - b);
  return new Map(named.map((i, n) => [i, `$${insns[i]!.name === 'loop' ? 'loop' : 'out'}${n + 1}`]));
}

function operandsOf(
  immediate: Immediate,
  locals: readonly string[],
  open: readonly (string | undefined)[],
): readonly string[] {
  const target = (depth: number): string => open.at(-1 - depth) ?? String(depth);
  switch (immediate.kind) {
    case 'none':
      return [];
    case 'blockType':
      return immediate.type === 'none' ? [] : [`(result ${immediate.type})`];
    case 'local':
      return [locals[immediate.value]!];
    case 'depth':
      return [target(immediate.value)];
    case 'depths':
      return immediate.values.map(target);
    case 'offset':
      return immediate.value === 0 ? [] : [`offset=${immediate.value}`];
    case 'func':
      return [idOf(immediate.func)];
    case 'type':
      return [typeText(immediate.type).trim()];
    case 'int':
      return [intText(immediate.value, immediate.bits)];
    default:
      return [floatText(immediate.value)];
  }
}

/** Numbers from here on are more often addresses and masks than counts. */
const HEX_FROM = 65_536n;

function intText(value: bigint, bits: number): string {
  if (value < HEX_FROM && value > -HEX_FROM) return String(value);
  return `0x${BigInt.asUintN(bits, value).toString(16)}`;
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (Object.is(value, -0)) return '-0';
  return String(value).replace('Infinity', 'inf');
}

function localNames({ locals }: FuncCode): readonly string[] {
  const seen = new Set<string>();
  return locals.map(({ name }, i) => {
    const id = seen.has(idOf(name)) ? idOf(`${name}.${i}`) : idOf(name);
    seen.add(id);
    return id;
  });
}

function signature(code: FuncCode): string {
  const { params, results } = partsOf(code.type);
  const names = localNames(code);
  const named = params.map((type, i) => ` (param ${names[i]!} ${type})`);
  return [...named, ...results.map((type) => ` (result ${type})`)].join('');
}

function typeText(type: FuncType): string {
  const { params, results } = partsOf(type);
  const given = params.length === 0 ? '' : ` (param ${params.join(' ')})`;
  return `${given}${results.length === 0 ? '' : ` (result ${results.join(' ')})`}`;
}

/** Identifiers may hold most signs, but no spaces, quotes, commas, semicolons and brackets. */
function idOf(name: FuncName): string {
  return `$${name.replace(/[^\w!#$%&'*+\-./:<=>?@\\^`|~]/g, '_')}`;
}

// The assembly of bpf_conformance and uBPF, `ldxw %r0, [%r1+2]`, put into the words of clang, which vm assembles.
import { assembleProg } from '../../vm/index.ts';

/** Signs of arithmetic and comparisons by their mnemonic. */
// oxfmt-ignore
const ALU: Readonly<Record<string, string>> = {
  add: '+=', sub: '-=', mul: '*=', div: '/=', sdiv: 's/=', or: '|=', and: '&=', lsh: '<<=', rsh: '>>=', mod: '%=', smod: 's%=', xor: '^=',
  mov: '=', arsh: 's>>=',
};
// oxfmt-ignore
const JUMPS: Readonly<Record<string, string>> = {
  jeq: '==', jgt: '>', jge: '>=', jset: '&', jne: '!=', jsgt: 's>', jsge: 's>=', jlt: '<', jle: '<=', jslt: 's<', jsle: 's<=',
};
const TYPES: Readonly<Record<string, string>> = {
  b: 'u8',
  h: 'u16',
  w: 'u32',
  dw: 'u64',
  sb: 's8',
  sh: 's16',
  sw: 's32',
};
const LOCKS: Readonly<Record<string, string>> = { add: '+=', or: '|=', and: '&=', xor: '^=' };

/** The insns of a text, one insn or label a line. `exit` is a label too: the first exit. Throws for what is no insn. */
export function assembleMnemonics(text: string): Uint8Array {
  const lines: string[] = [];
  let exits = 0;
  for (const line of text.split('\n')) {
    const words = line.split(/[\s,]+/).filter((word) => word !== '');
    const first = words[0];
    if (first === undefined) continue;
    if (first.endsWith(':')) {
      lines.push(`${label(first.slice(0, -1))}:`);
      continue;
    }
    if (first === 'exit' && exits++ === 0) lines.push(`${label('exit')}:`);
    lines.push(translate(first, words.slice(1)));
  }
  return assembleProg(lines.join('\n')).insns;
}

function translate(mnemonic: string, args: readonly string[]): string {
  const [, name = '', width] = /^([a-z]+?)(32|64)?$/.exec(mnemonic) ?? [];
  const letter = width === '32' ? 'w' : 'r';
  const [a = '', b = '', c = ''] = args;
  if (ALU[name] !== undefined) return `${reg(a, letter)} ${ALU[name]} ${operand(b, letter)}`;
  if (JUMPS[name] !== undefined) {
    return `if ${reg(a, letter)} ${JUMPS[name]} ${operand(b, letter)} goto ${target(c)}`;
  }
  if (name === 'neg') return `${reg(a, letter)} = -${reg(a, letter)}`;
  const movsx = /^movsx(8|16|32)(32|64)$/.exec(mnemonic);
  if (movsx !== null) {
    const to = movsx[2] === '32' ? 'w' : 'r';
    return `${reg(a, to)} = (s${movsx[1]})${reg(b, to)}`;
  }
  const swap = /^(le|be|b?swap)(16|32|64)$/.exec(mnemonic);
  if (swap !== null) return `${reg(a)} = ${swap[1]!.replace(/^b?swap/, 'bswap')}${swap[2]} ${reg(a)}`;
  const access = /^(ldx|stx|st)(dw|s?[bhw])$/.exec(mnemonic);
  if (access !== null) return move(access[1]!, TYPES[access[2]!]!, a, b);
  switch (mnemonic) {
    case 'lddw':
      return `${reg(a)} = ${b} ll`;
    case 'ja':
      return `goto ${target(a)}`;
    case 'ja32':
      return `gotol ${target(a)}`;
    case 'call':
      return call(a, b);
    case 'exit':
      return 'exit';
    case 'lock':
      return lock(args);
    default:
      throw new Error(`no insn is called ${mnemonic}`);
  }
}

// ldxw %r0, [%r1+2] | stxw [%r1+2], %r0 | stw [%r1+2], 5
function move(kind: string, type: string, a: string, b: string): string {
  if (kind === 'ldx') return `${reg(a)} = *(${type} *)(${address(b)})`;
  return `*(${type} *)(${address(a)}) = ${kind === 'stx' ? reg(b) : b}`;
}

// call 5 | call %r2 | call helper 5 | call local name | call runtime 12
function call(mode: string, name: string): string {
  if (name === '') return call('helper', mode);
  if (mode === 'local') return /^[+-]/.test(name) ? `call pc${name}` : `callsub ${label(name)}`;
  if (mode === 'runtime') return `call kernel-function#${Number(name)}`;
  return name.startsWith('%') ? `callx ${reg(name)}` : `call ${name}`;
}

// lock add [%r10-8], %r1 | lock fetch add32 [%r10-4], %r1 | lock xchg [%r10-8], %r1
function lock(args: readonly string[]): string {
  const fetch = args[0] === 'fetch';
  const [op = '', memory = '', src = ''] = fetch ? args.slice(1) : args;
  const [, name = '', width] = /^([a-z]+?)(32)?$/.exec(op) ?? [];
  const [letter, type, suffix] = width === '32' ? ['w', 'u32', '32_32'] : ['r', 'u64', '_64'];
  const value = reg(src, letter);
  const where = address(memory);
  if (name === 'xchg') return `${value} = xchg${suffix}(${where}, ${value})`;
  if (name === 'cmpxchg') return `${letter}0 = cmpxchg${suffix}(${where}, ${letter}0, ${value})`;
  if (LOCKS[name] === undefined) throw new Error(`no atomic operation is called ${op}`);
  if (fetch) return `${value} = atomic_fetch_${name}((${type} *)(${where}), ${value})`;
  return `lock *(${type} *)(${where}) ${LOCKS[name]} ${value}`;
}

function reg(word: string, letter = 'r'): string {
  const number = /^%r(\d+)$/.exec(word)?.[1];
  if (number === undefined) throw new Error(`expected a register such as %r1, got ${word}`);
  return `${letter}${number}`;
}

function operand(word: string, letter: string): string {
  return word.startsWith('%') ? reg(word, letter) : word;
}

// [%r1+2]
function address(word: string): string {
  const [, base = '', off = ''] = /^\[(%r\d+)([+-].+)?\]$/.exec(word) ?? [];
  return `${reg(base)} ${off === '' ? '+0' : off}`;
}

function target(word: string): string {
  return /^[+-]/.test(word) ? word : label(word);
}

/** Labels of the text are no words of clang's then. */
function label(name: string): string {
  return `label_${name}`;
}

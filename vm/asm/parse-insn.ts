// One statement to one insn, in the forms that clang, llvm-objdump and the kernel's log print. Labels, maps and helper names stay
// references: link.ts resolves them once all of the text is known.
import {
  ALU,
  GOTOS,
  JMP,
  MAX_REG,
  SIZES,
  WIDES,
  type AluName,
  type JmpName,
  type WideName,
} from '../isa/opcodes.ts';
import type { Bare, Draft } from './draft.ts';
import { refuse } from './errors.ts';
import { imm32, imm64, off16, OperandReader } from './operands.ts';
import { parseLock, parseRelease } from './parse-atomic.ts';
import { parseMove } from './parse-move.ts';
import { didYouMean } from './suggest.ts';
import type { Statement } from './tokens.ts';

const ALU_BY_SIGN = new Map(Object.entries(ALU).map(([name, row]) => [row.sign as string, name as AluName]));
const JMP_BY_SIGN = new Map(Object.entries(JMP).map(([name, row]) => [row.sign as string, name as JmpName]));
const WIDE_BY_SRC = new Map(
  Object.entries(WIDES).map(([name, row]) => [row.src as number, name as WideName]),
);
const REGISTERS = ['r', 'w'].flatMap((letter) =>
  Array.from({ length: MAX_REG + 1 }, (_, reg) => `${letter}${reg}`),
);
const FIRST_WORDS = [
  'if',
  'call',
  'callx',
  'callsub',
  'exit',
  'lock',
  'ld_pseudo',
  'store_release',
  ...Object.keys(GOTOS),
];
const ONE_OPERATOR = 'an insn has one operator: r1 = r2, then r1 += 3';
/** How insns begin in the other syntax, that of uBPF and of the old documents: mov32, ldxdw, jeq, be16. */
const MNEMONIC = new RegExp(
  `^(?:(?:${[...Object.keys(ALU), 'neg'].join('|')})(?:32|64)?|(?:${Object.keys(JMP).join('|')})(?:32)?|ja|(?:ld|st|xadd)x?(?:abs|ind|dw|[bhw])?|[bl]e(?:16|32|64))$`,
);

/** Parses the insn of a statement; the labels are the caller's. `constants` are the names that `.equ` defines. Throws AsmError. */
export function parseInsn(statement: Statement, constants: ReadonlyMap<string, bigint>): Draft {
  const read = new OperandReader(statement, constants);
  const draft = parse(read);
  const { cursor } = read;
  const more = !cursor.done && 'src' in draft.fields && /^[-+*/&|^%]$/.test(cursor.peek().text);
  if (more) refuse(cursor.peek(), 'trailing', [cursor.peek().text], ONE_OPERATOR);
  cursor.end();
  return { ...draft, line: statement.line, column: statement.column };
}

function parse(read: OperandReader): Bare {
  const { cursor } = read;
  const first = cursor.peek();
  if (first.text === '*') return store(read);
  const word = first.kind === 'word' ? first.text : '';
  if (read.isReg(first)) return assignment(read);
  cursor.next();
  switch (word) {
    case 'if':
      return jump(read);
    case 'goto':
    case 'gotol':
    case 'may_goto':
      return { name: word, ...read.target(GOTOS[word].to) };
    case 'gotox':
      return { name: word, fields: { dst: read.reg64().number } };
    case 'call':
      return call(read);
    case 'callsub':
      return { name: 'call_subprog', fields: {}, ref: read.name('callsub') };
    case 'callx':
      return { name: 'call_reg', fields: { dst: read.reg64().number } };
    case 'exit':
      return { name: 'exit', fields: {} };
    case 'store_release':
      return parseRelease(read);
    case 'lock':
      return parseLock(read);
    case 'ld_pseudo':
      return pseudo(read);
    case '.quad':
    case '.8byte':
      return raw(read);
    default:
      return refuse(first, 'unknown-insn', [first.text], hintFor(first.text));
  }
}

function hintFor(word: string): string {
  if (word === 'return' || word === 'ret') return 'exit returns what is in r0';
  if (MNEMONIC.test(word)) return 'write insns as clang does: r1 = 2, r1 += r2, r1 = *(u64 *)(r2 + 8)';
  return didYouMean(word, [...FIRST_WORDS, ...REGISTERS]);
}

// if r1 s< 5 goto +3
function jump(read: OperandReader): Bare {
  const { cursor } = read;
  const dst = read.reg();
  const sign = cursor.next();
  const jmp = JMP_BY_SIGN.get(sign.text);
  if (jmp === undefined) {
    return refuse(sign, 'expected', ['a comparison', sign.text], 'such as ==, !=, <, s<=, &');
  }
  const value = read.operand(dst.width, dst.token);
  cursor.expect('goto');
  const target = read.target('off');
  const fields = { dst: dst.number, ...value.fields, ...target.fields };
  return { ...target, name: `${jmp}${dst.width}_${value.source}`, fields };
}

// call 1 | call bpf_map_lookup_elem#1 | call label | call pc+7 | call kernel-function#123
function call(read: OperandReader): Bare {
  const { cursor } = read;
  const token = cursor.peek();
  if (token.text === 'pc' && /^[+-]$/.test(cursor.peek(1).text)) {
    cursor.next();
    return { name: 'call_subprog', fields: { imm: imm32(cursor.expression(), token) } };
  }
  if (token.text === 'kernel' && cursor.peek(1).text === '-') return kfunc(read);
  if (cursor.done) refuse(token, 'expected', ['a helper, a kernel function or a label', token.text]);
  if (token.kind !== 'word' || cursor.isConstant(token)) {
    return { name: 'call_helper', fields: { imm: imm32(cursor.expression(), token) } };
  }
  return { name: 'call_helper', fields: {}, ref: read.name('call') };
}

// kernel-function#123, with @2 behind it for an entry of fd_array
function kfunc(read: OperandReader): Bare {
  const { cursor } = read;
  cursor.next();
  cursor.next();
  const token = cursor.next();
  const id = /^function#(-?\d+)$/.exec(token.text)?.[1];
  if (id === undefined) return refuse(token, 'expected', ['kernel-function#ID', token.text]);
  const place = cursor.peek();
  const off = cursor.accept('@') ? off16(cursor.expression(), place) : 0;
  return { name: 'call_kfunc', fields: { imm: imm32(BigInt(id), token), off } };
}

// *(u64 *)(r10 - 8) = r1
function store(read: OperandReader): Bare {
  const { cursor } = read;
  cursor.expect('*');
  const { size, type, token } = read.castType();
  if (type.startsWith('s')) return refuse(token, 'bad-size', [type, 'u8, u16, u32 or u64']);
  const memory = read.address();
  cursor.expect('=');
  const fields = { dst: memory.base, off: memory.off };
  const unsigned = SIZES[size].unsigned;
  if (read.isReg(cursor.peek())) {
    return {
      name: `stx_${unsigned}`,
      fields: { ...fields, src: read.valueReg(size === 'dw' ? 64 : 32).number },
    };
  }
  return { name: `st_${unsigned}`, fields: { ...fields, imm: read.imm() } };
}

// everything that begins with a register
function assignment(read: OperandReader): Bare {
  const { cursor } = read;
  const dst = read.reg();
  const sign = cursor.next();
  const alu = ALU_BY_SIGN.get(sign.text);
  if (sign.text === '') return refuse(sign, 'expected', ['an operator', sign.text], 'such as =, +=, s>>=');
  if (alu === undefined) {
    const twice = sign.text === cursor.peek().text && ALU_BY_SIGN.has(`${sign.text}=`);
    const hint = JMP_BY_SIGN.has(sign.text) ? 'comparisons stand after if' : '';
    return refuse(sign, 'unknown-operator', [sign.text], twice ? `write ${sign.text}= 1` : hint);
  }
  if (alu === 'mov') return parseMove(read, dst);
  const value = read.operand(dst.width, dst.token);
  return { name: `${alu}${dst.width}_${value.source}`, fields: { dst: dst.number, ...value.fields } };
}

// .quad 0x95: a slot as it stands in memory
function raw(read: OperandReader): Bare {
  const place = read.cursor.peek();
  const { imm, hi } = imm64(read.cursor.expression(), place);
  return { name: 'raw', fields: {}, raw: (BigInt(hi) << 32n) | BigInt(imm >>> 0) };
}

// ld_pseudo r1, 2, 0x800000005: the form of clang for a wide insn with src
function pseudo(read: OperandReader): Bare {
  const { cursor } = read;
  const dst = read.reg64();
  cursor.expect(',');
  const place = cursor.peek();
  const src = cursor.expression();
  const wide = WIDE_BY_SRC.get(Number(src));
  if (wide === undefined) {
    return refuse(place, 'key-range', ['src of a wide insn', src, 0, WIDE_BY_SRC.size - 1]);
  }
  cursor.expect(',');
  const value = cursor.peek();
  const { imm, hi } = imm64(cursor.expression(), value);
  const used = WIDES[wide].hi ? { imm, hi } : { imm };
  if (!WIDES[wide].hi && hi !== 0) {
    return refuse(value, 'imm-range', [(BigInt(hi) << 32n) | BigInt(imm >>> 0)]);
  }
  return { name: `ld_${wide}`, fields: { dst: dst.number, ...used } };
}

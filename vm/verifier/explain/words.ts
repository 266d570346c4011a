// What an insn did to a value, in a sentence.
import { helperName } from '../../helpers/table.ts';
import { kfuncName } from '../../helpers/kfuncs.ts';
import type { Insn } from '../../isa/insn.ts';
import { JMP, type JmpName } from '../../isa/opcodes.ts';
import { hasFlag } from '../reg.ts';
import type { Cause } from './causes.ts';

/** `r3 is loaded from memory behind r1`, `the jump is not taken: r1 <= 7`. */
export function causeText(cause: Cause): string {
  const { place } = cause;
  return WORDS[cause.what]('reg' in place ? `r${place.reg}` : `fp${-8 * (place.slot + 1)}`, cause);
}

const WORDS: Readonly<Record<Cause['what'], (name: string, cause: Cause) => string>> = {
  set: (name) => `${name} is set`,
  copied: (name, { step }) => `${name} takes the value of r${step.insn.src}`,
  changed: (name, { step: { insn } }) =>
    insn.op.kind === 'alu' && insn.op.source === 'reg'
      ? `${name} is changed by r${insn.src}`
      : `${name} is changed`,
  loaded: (name, { step }) => `${name} is loaded from memory behind r${step.insn.src}`,
  filled: (name) => `${name} is read back from the stack`,
  spilled: (name, { step: { insn } }) =>
    insn.op.name.startsWith('stx') ? `r${insn.src} is stored to the stack at ${name}` : `${name} is written`,
  passed: (name) => `${name} is handed to the function that is called`,
  cleared: (name) => `the call leaves ${name} undefined`,
  returned: (name, { step, value }) => {
    const orNull = value !== undefined && hasFlag(value, 'maybe_null') ? ', which may be null' : '';
    return `${name} is the result of ${calleeOf(step.insn)}${orNull}`;
  },
  narrowed: (_name, { step, isTaken }) => narrowedText(step.insn, isTaken === true),
};

function calleeOf(insn: Insn): string {
  if (insn.op.name === 'call_helper') {
    const helper = helperName(insn.imm);
    return helper === undefined ? `helper ${insn.imm}` : `bpf_${helper}`;
  }
  if (insn.op.name === 'call_kfunc') return kfuncName(insn.imm) ?? 'a kernel function';
  return 'the function that returned';
}

/** The comparison as it holds behind the jump. */
function narrowedText({ op, dst, src, imm }: Insn, isTaken: boolean): string {
  if (op.kind !== 'jump') return 'it is compared';
  const left = op.width === 32 ? `w${dst}` : `r${dst}`;
  const right = op.source === 'reg' ? (op.width === 32 ? `w${src}` : `r${src}`) : `${imm}`;
  const sign = JMP[op.jmp].sign;
  const opposite = OPPOSITE[op.jmp];
  if (isTaken) return `the jump is taken: ${left} ${sign} ${right}`;
  const rest = opposite === undefined ? `${left} ${sign} ${right} is 0` : `${left} ${opposite} ${right}`;
  return `the jump is not taken: ${rest}`;
}

const OPPOSITE: Readonly<Record<JmpName, string | undefined>> = {
  jeq: '!=',
  jne: '==',
  jgt: '<=',
  jge: '<',
  jlt: '>=',
  jle: '>',
  jsgt: 's<=',
  jsge: 's<',
  jslt: 's>=',
  jsle: 's>',
  jset: undefined,
};

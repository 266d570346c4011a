// What an insn did to a value, in a sentence.
import { helperName } from '../../helpers/table.ts';
import { kfuncName } from '../../helpers/kfuncs.ts';
import type { Insn } from '../../isa/insn.ts';
import { JMP, type JmpName } from '../../isa/opcodes.ts';
import { hasFlag } from '../reg.ts';
import type { Cause } from './causes.ts';

/** `r3 is loaded from memory`, `the comparison r1 > 7 does not hold from here on`. */
export function causeText(cause: Cause): string {
  const { place, step, what, value } = cause;
  const name = 'reg' in place ? `r${place.reg}` : `fp${-8 * (place.slot + 1)}`;
  const { insn } = step;
  switch (what) {
    case 'set':
      return `${name} is set`;
    case 'copied':
      return `${name} takes the value of r${insn.src}`;
    case 'changed':
      return insn.op.kind === 'alu' && insn.op.source === 'reg'
        ? `${name} is changed by r${insn.src}`
        : `${name} is changed`;
    case 'loaded':
      return `${name} is loaded from memory behind r${insn.src}`;
    case 'filled':
      return `${name} is read back from the stack`;
    case 'spilled':
      return insn.op.name.startsWith('stx')
        ? `r${insn.src} is stored to the stack at ${name}`
        : `${name} is written`;
    case 'passed':
      return `${name} is handed to the function that is called`;
    case 'cleared':
      return `the call leaves ${name} undefined`;
    case 'returned': {
      const callee = calleeOf(insn);
      const orNull = value !== undefined && hasFlag(value, 'maybe_null') ? ', which may be null' : '';
      return `${name} is the result of ${callee}${orNull}`;
    }
    case 'narrowed':
      return narrowedText(insn, cause.isTaken === true);
  }
}

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

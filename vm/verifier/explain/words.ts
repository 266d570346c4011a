// What an insn did to a value, in a sentence.
import { helperName } from '../../helpers/table.ts';
import { kfuncName } from '../../helpers/kfuncs.ts';
import type { Insn } from '../../isa/insn.ts';
import { ALU, JMP, type JmpName } from '../../isa/opcodes.ts';
import type { Reg } from '../reg.ts';
import type { Cause } from './causes.ts';
import { pointee } from './describe.ts';
import { topFrame, topNumber, type FramePlace } from './trace.ts';

/** `r3 is read from the ctx`, `the jump is not taken: r1 <= 7`. */
export function causeText(cause: Cause): string {
  return WORDS[cause.what](placeText(cause.place), cause);
}

/** 'r3', 'fp-16'. */
export function placeText(place: FramePlace): string {
  return 'reg' in place ? `r${place.reg}` : `fp${-8 * (place.slot + 1)}`;
}

const WORDS: Readonly<Record<Cause['what'], (name: string, cause: Cause) => string>> = {
  set: (name) => `${name} is set`,
  copied: (name, { step }) => `${name} takes the value of r${step.insn.src}`,
  changed: (name, { step: { insn } }) => changedText(name, insn),
  loaded: (name, { step }) =>
    `${name} is read from ${behind(step.insn, topFrame(step).regs, topNumber(step))}`,
  filled: (name) => `${name} is read from the stack`,
  spilled: (name, { step: { insn } }) => `r${insn.src} is stored to the stack at ${name}`,
  written: (name, { step: { insn } }) =>
    insn.op.kind === 'call'
      ? `${calleeOf(insn)} writes to the stack at ${name}`
      : `the stack at ${name} is written`,
  passed: (name) => `${name} is handed to the function that is called`,
  given: (name, { step: { insn } }) =>
    insn.op.kind === 'call'
      ? `${name} is what ${calleeOf(insn)} gives to its callback`
      : `${name} is what the function is started with`,
  cleared: (name, { step: { insn } }) =>
    `${insn.op.kind === 'call' ? `the call of ${calleeOf(insn)}` : 'the return'} leaves ${name} undefined (calls keep only r6 to r9)`,
  returned: (name, { step: { insn } }) => `${name} is the result of ${calleeOf(insn)}`,
  narrowed: (_name, { step, isTaken }) => jumpText(step.insn, isTaken),
  linked: (name, { step, isTaken }) => `${jumpText(step.insn, isTaken)}, and ${name} comes of the same value`,
  released: (name, { step: { insn } }) =>
    `${calleeOf(insn)} gives back what ${name} pointed at: ${name} is a number now`,
  moved: (name, { step: { insn } }) =>
    `${calleeOf(insn)} may move the packet: ${name} and all other pointers to it are lost`,
  branched: (_name, { step, isTaken }) => jumpText(step.insn, isTaken),
  acquired: (_name, { step: { insn } }) => `${calleeOf(insn)} hands out what must be given back`,
  opened: (_name, { step: { insn } }) => `the section begins here, with ${calleeOf(insn)}`,
  never: (name) => `${name} was not set by anything`,
};

function changedText(name: string, { op, src, imm }: Insn): string {
  if (op.kind !== 'alu') return `${name} is changed`;
  const operand = op.source === 'reg' ? `r${src}` : `${imm}`;
  return `${name} ${ALU[op.alu].sign} ${operand}`;
}

/** What a load reads from. */
function behind({ op, src, dst, off }: Insn, regs: readonly Reg[], frame: number): string {
  const pointer = regs[op.kind === 'atomic' ? dst : src];
  if (pointer === undefined) return 'memory';
  const { of } = pointee(pointer, frame);
  return pointer.type === 'ctx' ? `the ctx at byte ${pointer.off + off}` : of;
}

/** The name of what an insn calls: 'bpf_map_lookup_elem'. */
export function calleeOf(insn: Insn): string {
  if (insn.op.name === 'call_helper') {
    const helper = helperName(insn.imm);
    return helper === undefined ? `helper ${insn.imm}` : `bpf_${helper}`;
  }
  if (insn.op.name === 'call_kfunc') return kfuncName(insn.imm) ?? 'a kernel function';
  if (insn.op.kind === 'exit') return 'the function that returns';
  return insn.op.kind === 'call' ? 'the function' : 'the insn';
}

/** The comparison as it holds behind the jump. */
function jumpText({ op, dst, src, imm }: Insn, isTaken: boolean): string {
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

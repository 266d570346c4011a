// What advice is made of: the refusal, the path to it, and names for what stands in registers.
import type { LineInfo } from '../../../object.ts';
import type { VerifyInput } from '../../input.ts';
import type { Reg } from '../../reg.ts';
import type { Refusal } from '../../refusal.ts';
import type { Verdict } from '../../verdict.ts';
import type { Cause } from '../causes.ts';
import { placeText } from '../words.ts';
import { topFrame, topNumber, type FramePlace, type Step } from '../trace.ts';

export interface Facts {
  readonly input: VerifyInput;
  readonly verdict: Verdict;
  readonly refusal: Refusal;
  readonly path: readonly Step[];
  /** Position in the path of the insn that failed; one behind the last when it was not walked any more. */
  readonly failed: number;
  /** How the places came about that the refusal is about, in the order of the path. */
  readonly causes: readonly Cause[];
  readonly lineAt: (pc: number) => LineInfo | undefined;
}

/** What is better said than by the message's own columns. */
export interface Advice {
  readonly why?: string;
  readonly fix?: string;
  /** Insns that belong to the causal path too. */
  readonly causes?: readonly Cause[];
}

/** The step that failed, undefined when the refusal is of no insn on a path. */
export function failedStep({ path, failed }: Facts): Step | undefined {
  return path[failed];
}

/** What register `n` held in front of the insn that failed. */
export function regHeld(facts: Facts, n: number): Reg | undefined {
  const step = failedStep(facts);
  return step === undefined ? undefined : topFrame(step).regs[n];
}

/** Register `n` of the frame that ran. */
export function placeOf(facts: Facts, n: number): FramePlace {
  const step = failedStep(facts);
  return { frame: step === undefined ? 0 : topNumber(step), reg: n };
}

/** 'line 6', or 'insn 9' where no source is known. */
export function whereText({ lineAt }: Facts, pc: number): string {
  const line = lineAt(pc)?.line ?? 0;
  return line > 0 ? `line ${line}` : `insn ${pc}`;
}

/** 's (r1)' where the source tells the variable that a cause set, else 'r1'. */
export function nameOf({ lineAt }: Facts, cause: Cause | undefined, place: string): string {
  const line = cause === undefined ? undefined : lineAt(cause.step.pc);
  const name = line === undefined ? undefined : assignedName(line);
  return name === undefined ? place : `${name} (${place})`;
}

/** 'v (r1)' where BTF tells the parameter that r1 to r5 of the function at `pc` were, else 'r1'. */
export function paramName({ input: { funcs, types } }: Facts, pc: number, reg: number): string {
  const typeId = funcs.findLast((func) => func.pc <= pc)?.typeId;
  const func = typeId === undefined ? undefined : types?.type(typeId);
  const proto = func?.kind === 'func' ? types?.type(func.type) : undefined;
  const name = proto?.kind === 'func_proto' ? (proto.params[reg - 1]?.name ?? '') : '';
  return name === '' ? `r${reg}` : `${name} (r${reg})`;
}

/** A check that leaves when `condition` holds, as it is written in C, or of a register. */
export function leaveIf(condition: string): string {
  return /^r\d+ /.test(condition) ? `if ${condition} goto ...` : `if (${condition}) return 0`;
}

/** The variable that a line of C gives a value to: the last one in front of the column, or the only one. */
export function assignedName({ text, column }: Pick<LineInfo, 'text' | 'column'>): string | undefined {
  const found = [...text.matchAll(/(?:^|[\s*;{(,])([A-Za-z_]\w*)\s*=(?!=)/g)];
  const names = found.filter(({ 1: name }) => !/^[rw]\d+$/.test(name!));
  const near = names.findLast(({ index }) => index < column) ?? (names.length === 1 ? names[0] : undefined);
  return near?.[1];
}

/** 'r3' of a cause's place. */
export function placeName(cause: Cause): string {
  return placeText(cause.place);
}

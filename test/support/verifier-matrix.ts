// Many small programs, each put to our verifier and to the kernel of this machine. Ask hasTool('kernel') first.
import { assembleProg } from '../../vm/asm/assemble.ts';
import { kernelTypes } from '../../vm/btf/kernel-types.ts';
import type { Btf } from '../../vm/btf/btf.ts';
import type { ProgTypeName } from '../../vm/kernel/prog-types.ts';
import type { FuncInfo } from '../../vm/object.ts';
import type { VerifyInput } from '../../vm/verifier/input.ts';
import { printLog } from '../../vm/verifier/print.ts';
import { verify } from '../../vm/verifier/walk/verify.ts';
import { btfBytes } from './btf-bytes.ts';
import { askKernel, insnsLine, type OracleAnswer } from './oracle.ts';
import { vmlinux } from './vmlinux.ts';

/** A program to ask about. It names no maps. */
export interface Question {
  readonly type: ProgTypeName;
  readonly text: string;
  readonly attachType?: number;
  readonly flags?: number;
  readonly license?: 'GPL' | 'MIT';
  /** What it is attached to: a tracepoint, or the function of an iterator. */
  readonly target?: { readonly kind: 'typedef' | 'func'; readonly name: string };
  /** Its own BTF, and its functions. */
  readonly types?: Btf;
  readonly funcs?: readonly FuncInfo[];
}

/** The kernel takes so many programs at a time. */
const CHUNK = 4_000;
/** The kernel lets such a load through at first, and finds then that it has no insns for it. */
const KERNEL_BUG = 'verifier bug: error during ctx access conversion';

export interface Comparison {
  /** How many programs the kernel accepts. */
  readonly accepted: number;
  /** Programs of which we say something else than the kernel: verdict, errno or a line of the log. */
  readonly differences: readonly string[];
}

/** Asks both about all questions. */
export function compareWithKernel(questions: readonly Question[]): Comparison {
  let accepted = 0;
  const differences: string[] = [];
  for (let at = 0; at < questions.length; at += CHUNK) {
    const part = questions.slice(at, at + CHUNK);
    const insns = part.map(({ text }) => assembleProg(text).insns);
    const spec = part.flatMap((question, i) => specLines(question, insns[i]!, `p${i}`));
    const answers = askKernel(['nodump', ...spec].join('\n')).filter(({ op }) => op === 'prog');
    for (const [i, question] of part.entries()) {
      const answer = answers[i]!;
      if (answer.verdict === 'accepted') accepted += 1;
      const difference = differenceOf(question, insns[i]!, answer);
      if (difference !== undefined) differences.push(`${JSON.stringify(question)}: ${difference}`);
    }
  }
  return { accepted, differences };
}

function specLines(question: Question, insns: Uint8Array, name: string): string[] {
  const { type, attachType = 0, flags = 0, license = 'GPL', target, types, funcs = [] } = question;
  const full = target?.kind === 'typedef' ? `btf_trace_${target.name}` : target?.name;
  const id = target === undefined ? 0 : (vmlinux()?.find(target.kind, full!) ?? 0);
  return [
    `prog ${name} ${type} log=2 attach=${attachType} flags=${flags} btfid=${id} license=${license}`,
    insnsLine(insns),
    ...(types === undefined ? [] : [`btf ${Buffer.from(btfBytes(types)).toString('hex')}`]),
    ...funcs.map(({ pc, typeId = 0 }) => `func ${pc} ${typeId}`),
    'end',
    `closeprog ${name}`,
  ];
}

function differenceOf(question: Question, insns: Uint8Array, answer: OracleAnswer): string | undefined {
  const input = questionInput(question, insns, vmlinux() ?? kernelTypes());
  const verdict = verify(input, { logLevel: 2 });
  const theirs = linesOf(answer.log ?? '');
  if (verdict.refusal !== undefined && answer.log?.includes(KERNEL_BUG) === true) return undefined;
  const ours = linesOf(printLog(input, verdict).join('\n'));
  const errno = verdict.refusal?.errno ?? 0;
  const at = Array.from({ length: Math.max(ours.length, theirs.length) }).findIndex(
    (_, i) => ours[i] !== theirs[i],
  );
  if (at >= 0) return `we say "${ours[at]}", the kernel "${theirs[at]}"`;
  return errno === answer.errno ? undefined : `we say errno ${errno}, the kernel ${answer.errno}`;
}

/** The verifier's input for a question. */
export function questionInput(question: Question, insns: Uint8Array, kernel: Btf): VerifyInput {
  const { type, attachType = 0, flags = 0, license = 'GPL', target, types, funcs = [] } = question;
  return {
    name: 'main',
    type,
    attachType,
    flags,
    gpl: license === 'GPL',
    insns,
    maps: new Map(),
    funcs,
    lines: [],
    kernel,
    objects: [],
    ...(target === undefined ? {} : { target: { name: target.name } }),
    ...(types === undefined ? {} : { types }),
  };
}

function linesOf(log: string): string[] {
  return log
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}

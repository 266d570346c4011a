// Single programs put to both verifiers, ours with the types of this machine's kernel: the last line of each log.
import type { Btf } from '../../vm/btf/btf.ts';
import { KFUNCS, kfuncRow } from '../../vm/helpers/kfuncs.ts';
import { assembleProg } from '../../vm/index.ts';
import type { ProgTypeName } from '../../vm/kernel/prog-types.ts';
import { OPS } from '../../vm/isa/ops.ts';
import type { AttachTarget, VerifyInput } from '../../vm/verifier/input.ts';
import { printLog } from '../../vm/verifier/print.ts';
import { verify } from '../../vm/verifier/walk/verify.ts';
import { kernelTypeId } from './kernel-btf.ts';
import { askKernel, insnsLine } from './oracle.ts';

/** A program without maps. */
export interface BareCase {
  readonly title: string;
  readonly type: ProgTypeName;
  readonly text: string;
  readonly attachType?: number;
  readonly flags?: number;
  readonly target?: AttachTarget & { readonly btfId: number };
}

/** What was said of a case: 'accepted', or the last line of the log. */
export interface BareAnswer {
  readonly title: string;
  readonly said: string;
}

/** Our answers, in the order of the cases. */
export function ourVerdicts(cases: readonly BareCase[], kernel: Btf): BareAnswer[] {
  return cases.map(({ title, type, text, attachType = 0, flags = 0, target }) => {
    const input: VerifyInput = {
      name: 'bare',
      type,
      attachType,
      flags,
      gpl: true,
      insns: assembleProg(text).insns,
      maps: new Map(),
      funcs: [],
      lines: [],
      kernel,
      objects: [],
      ...(target === undefined ? {} : { target }),
    };
    const verdict = verify(input, { logLevel: 1 });
    const said = verdict.refusal === undefined ? 'accepted' : lastLine(printLog(input, verdict));
    return { title, said };
  });
}

/** Those of this machine's kernel. */
export function kernelVerdicts(cases: readonly BareCase[]): BareAnswer[] {
  const lines = cases.flatMap(({ type, text, attachType = 0, flags = 0, target }, i) => [
    `prog p${i} ${type} log=1 attach=${attachType} flags=${flags} btfid=${target?.btfId ?? 0}`,
    insnsLine(withKernelIds(assembleProg(text).insns)),
    'end',
    `closeprog p${i}`,
  ]);
  const answers = askKernel(lines.join('\n')).filter(({ op }) => op === 'prog');
  return answers.map(({ verdict, log = '' }, i) => ({
    title: cases[i]!.title,
    said: verdict === 'accepted' ? 'accepted' : lastLine(log.split('\n')),
  }));
}

function lastLine(log: readonly string[]): string {
  return log.findLast((line) => line !== '' && !line.startsWith('processed ')) ?? '';
}

/** Calls of kernel functions with this kernel's numbers in the place of ours. */
function withKernelIds(insns: Uint8Array): Uint8Array {
  const names = new Map(Object.keys(KFUNCS).map((name) => [kfuncRow(name)!.id, name]));
  const view = new DataView(insns.buffer, insns.byteOffset, insns.length);
  for (let at = 0; at < insns.length; at += 8) {
    const isKfunc = insns[at] === OPS.call_kfunc.opcode && insns[at + 1]! >> 4 === OPS.call_kfunc.fixed.src;
    if (!isKfunc) continue;
    view.setInt32(at + 4, kernelTypeId('func', names.get(view.getInt32(at + 4, true))!) ?? 0, true);
  }
  return insns;
}

// Which helpers and kernel functions a program may call: by its type, its licence, and whether it may sleep.
import { ERRNO } from '../errno.ts';
import { kfuncRun } from '../helpers/kfunc-run.ts';
import { kfuncName, kfuncRow } from '../helpers/kfuncs.ts';
import { helperName, helperRow } from '../helpers/table.ts';
import type { Insn } from '../isa/insn.ts';
import { LoadError } from '../load-error.ts';
import { isGplCompatible } from './licenses.ts';
import type { ProgAttr } from './prog-load.ts';
import { maySleep } from './prog-maps.ts';

/** Throws LoadError for a call that the program may not make. The insn has passed `checkProg`. */
export function checkCall(attr: ProgAttr, pc: number, { op, imm }: Insn): void {
  if (op.name === 'call_helper') checkHelper(attr, pc, imm);
  else if (op.name === 'call_kfunc') checkKfunc(attr, pc, imm);
}

/** @see kernel/bpf/verifier.c check_helper_call */
function checkHelper(attr: ProgAttr, pc: number, id: number): void {
  const { name, type, license = '' } = attr;
  const helper = helperName(id)!; // checkProg knows all helpers that are called
  const row = helperRow(helper);
  const { attachTypes } = row;
  const isElsewhere = type === 'tracing' && attachTypes?.includes(attr.expectedAttachType ?? 0) === false;
  if (isElsewhere || (row.progTypes !== undefined && !includes(row.progTypes, type))) {
    throw new LoadError('helper', name, `program of this type cannot use helper bpf_${helper}#${id}`, { pc });
  }
  if (row.gplOnly === true && !includes(row.gplFreeIn, type) && !isGplCompatible(license)) {
    const why = `bpf_${helper} needs the licence GPL, and the object's is "${license}"`;
    const rule = 'cannot call GPL-restricted function from non-GPL compatible program';
    throw new LoadError('license', name, `${rule} (${why})`, { pc });
  }
  if (row.mightSleep === true && !maySleep(attr)) {
    throw new LoadError(
      'sleepable',
      name,
      `helper call might sleep in a non-sleepable prog (bpf_${helper}#${id})`,
      { pc },
    );
  }
}

/** @see kernel/bpf/verifier.c add_kfunc_call, check_kfunc_call */
function checkKfunc(attr: ProgAttr, pc: number, id: number): void {
  const { name, type, license = '' } = attr;
  const kfunc = kfuncName(id)!; // checkProg knows all kernel functions that are called
  if (!isGplCompatible(license)) {
    const rule = 'cannot call kernel function from non-GPL compatible program';
    const why = `${kfunc} needs the licence GPL, and the object's is "${license}"`;
    throw new LoadError('license', name, `${rule} (${why})`, { pc });
  }
  const row = kfuncRow(kfunc)!; // the name is of that table
  if (kfuncRun(kfunc) === undefined) {
    const why = row.refused ?? 'Tailscope does not run it';
    throw new LoadError('unsupported', name, `${kfunc} is not available here: ${why}`, { pc });
  }
  if (row.progTypes !== undefined && !includes(row.progTypes, type)) {
    const rule = `calling kernel function ${kfunc} is not allowed`;
    throw new LoadError('helper', name, `${rule} (in a ${type} program)`, { errno: -ERRNO.EACCES, pc });
  }
  if (row.mightSleep === true && !maySleep(attr)) {
    const rule = `program must be sleepable to call sleepable kfunc ${kfunc}`;
    throw new LoadError('sleepable', name, rule, { errno: -ERRNO.EACCES, pc });
  }
}

function includes(list: readonly string[] | undefined, name: string): boolean {
  return list?.includes(name) === true;
}

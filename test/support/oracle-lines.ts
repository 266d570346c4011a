// Parts of an object as lines of a spec of the kernel oracle.
import { kfuncName } from '../../vm/helpers/kfuncs.ts';
import { decodeInsn, type Insn } from '../../vm/isa/insn.ts';
import { PROG_FLAGS, progTypeRow } from '../../vm/kernel/prog-types.ts';
import type { MapSpec, ObjectSpec, ProgSpec } from '../../vm/object.ts';
import { FUNC_BTF, FUNC_TYPE } from './btf.ts';
import { kernelTypeId } from './kernel-btf.ts';

/** The line that makes a map; `tag` stands before its name, so that several objects can share a spec. */
export function mapLine(map: MapSpec, tag: string): string {
  const { name, type, keySize, valueSize, maxEntries, flags } = map;
  return ['map', `${tag}${name}`, type, keySize, valueSize, maxEntries, flags].join(' ');
}

/** The lines that load a program as `name`. The maps of its object are those from the place `firstMap` on. */
export function progLines(object: ObjectSpec, prog: ProgSpec, name: string, firstMap: number): string[] {
  const flags = progTypeRow(prog.type)?.sleepable === 'always' ? PROG_FLAGS.sleepable : (prog.flags ?? 0);
  const head = `prog ${name} ${prog.type} log=0 attach=${prog.attachType ?? 0} flags=${flags}${targetOption(prog)}`;
  return [head, ...insnLines(object, prog, firstMap), 'end'];
}

/** The kernel's type that the program is attached to, where its section names one that can be asked for here. */
function targetOption({ section }: ProgSpec): string {
  const [, prefix, name] = /^(tp_btf|iter)\/(.+)$/.exec(section) ?? [];
  if (name === undefined) return '';
  const id =
    prefix === 'iter'
      ? kernelTypeId('func', `bpf_iter_${name}`)
      : kernelTypeId('typedef', `btf_trace_${name}`);
  return ` btfid=${id ?? 0}`;
}

/** Insns as Linux takes them: maps by position, kernel functions by its own ids; types of functions when there are any. */
function insnLines(object: ObjectSpec, prog: ProgSpec, firstMap: number): string[] {
  const bytes = Buffer.from(prog.insns);
  for (const { pc, map, valueOff } of prog.relocs) {
    bytes.writeInt32LE(firstMap + object.maps.findIndex(({ name }) => name === map), 8 * pc + 4);
    if (valueOff !== undefined) bytes.writeInt32LE(valueOff, 8 * pc + 12);
  }
  for (const { pc, op, imm } of insnsOf(prog.insns)) {
    const kfunc = op.name === 'call_kfunc' ? kfuncName(imm) : undefined;
    if (kfunc !== undefined) bytes.writeInt32LE(kernelTypeId('func', kfunc) ?? 0, 8 * pc + 4);
  }
  return [`insns ${bytes.toString('hex')}`, ...funcLines(prog.insns)];
}

/** The types of a program's functions, all alike; none when it has no other than itself. */
export function funcLines(insns: Uint8Array): string[] {
  const starts = funcStarts(insns);
  if (starts.length === 1) return [];
  return [`btf ${FUNC_BTF}`, ...starts.map((start) => `func ${start} ${FUNC_TYPE}`)];
}

/** Where the functions of a program begin, by pc: its own start, and what it calls or takes the address of. */
export function funcStarts(insns: Uint8Array): number[] {
  const starts = new Set([0]);
  for (const { pc, op, imm } of insnsOf(insns)) {
    if (op.name === 'ld_func' || op.name === 'call_subprog') starts.add(pc + 1 + imm);
  }
  return [...starts].toSorted((a, b) => a - b);
}

function* insnsOf(bytes: Uint8Array): Generator<Insn & { readonly pc: number }> {
  for (let pc = 0; pc < bytes.length / 8;) {
    const insn = decodeInsn(bytes, pc);
    if (insn !== undefined) yield { ...insn, pc };
    pc += insn?.op.slots ?? 1;
  }
}

// Arguments that are pointers to structs of the kernel.
import { isFromTables } from '../../btf/kernel-types.ts';
import { isOfNumbers, sizeOf } from '../../btf/query.ts';
import { isStruct } from '../ctx/btf-access.ts';
import type { Env } from '../env.ts';
import { checkMemReg } from '../memory/access.ts';
import { FLAGS, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { typeText } from '../type-text.ts';
import type { Kfunc, KfuncArg } from './call.ts';
import { CTX_STRUCTS, PROJECTED } from './ctx-args.ts';
import { declaredStruct } from './declared.ts';
import { kernelStruct, pointeeName } from './objects.ts';
import { hasUnsafeFlags, isRcu, isTrusted, STRUCT_OF } from './trust.ts';

/** The register is a pointer to a struct of the kernel, as such or under another name. */
export function isStructPointer({ type }: Reg): boolean {
  return type === 'btf_id' || STRUCT_OF[type] !== undefined;
}

/** Refuses a pointer that is not trusted where the function relies on it. Memory that is no struct pointer is not asked. */
export function checkTrust(env: Env, { demands }: Kfunc, n: number, reg: Reg): void {
  if (demands === undefined || isTrusted(reg)) return;
  if (demands === 'trusted') refuse(env, 'arg-untrusted', [{ reg: n }], n);
  if (!isRcu(reg)) refuse(env, 'arg-not-rcu', [{ reg: n }], n);
}

/** Refuses what is no pointer to the struct that the argument asks for. @see process_kf_arg_ptr_to_btf_id */
export function checkStructArg(env: Env, kfunc: Kfunc, arg: KfuncArg, reg: Reg): void {
  const { n } = arg;
  const wanted = wantedStruct(env, kfunc, arg);
  if (!isStructPointer(reg)) {
    const type = kernelStruct(env, wanted);
    checkMemReg(env, n, reg, type === undefined ? 0 : (sizeOf(type.btf, type.id) ?? 0));
    return;
  }
  if (reg.type === 'btf_id' && hasUnsafeFlags(reg) && !isRcu(reg)) {
    const kept = { type: reg.type, flags: reg.flags & (FLAGS.alloc | FLAGS.trusted | FLAGS.non_own_ref) };
    refuse(env, 'arg-unsafe', [{ reg: n }], n, typeText(reg), typeText(kept));
  }
  const given = STRUCT_OF[reg.type] ?? pointeeName(reg);
  const isStrict = (kfunc.isRelease && reg.refId !== 0) || isAlias(given, wanted);
  if (isThatStruct(env, reg, given, wanted, isStrict) || PROJECTED[wanted] === given) return;
  refuse(env, 'arg-struct-other', [{ reg: n }], kfunc.name, n, wanted, given);
}

/** Structs of one layout that must not be mixed up: one of them is still being made. @see btf_type_ids_nocast_alias */
function isAlias(given: string, wanted: string): boolean {
  return given === `${wanted}___init` || wanted === `${given}___init`;
}

/** Name of the struct that an argument asks for. */
export function wantedStruct(env: Env, { name }: Kfunc, { row, detail, n }: KfuncArg): string {
  if (row.kind === 'map') return 'bpf_map';
  if (row.kind === 'mem') return declaredStruct(env, name, n) ?? '';
  return row.kind === 'ctx' ? CTX_STRUCTS[name]! : detail!;
}

function isThatStruct(env: Env, reg: Reg, given: string, wanted: string, isStrict: boolean): boolean {
  if (reg.type !== 'btf_id') return given === wanted;
  const type = kernelStruct(env, wanted);
  return type !== undefined && reg.btf !== undefined && isStruct(reg, reg.off, type, isStrict, env);
}

/** Refuses a struct that memory of the program cannot stand in for: one that is made of more than numbers. */
export function checkIsNumbers(env: Env, n: number, wanted: string): void {
  if (!isNumbers(env, wanted)) refuse(env, 'arg-pointee', [{ reg: n }], n, `STRUCT ${wanted}`);
}

/** Structs that are made of numbers, of those that the machine's kernel tells only a part of. */
const OF_NUMBERS: ReadonlySet<string> = new Set(['cpumask', 'bpf_cpumask']);

function isNumbers(env: Env, name: string): boolean {
  if (isFromTables(env.input.kernel)) return OF_NUMBERS.has(name);
  const type = kernelStruct(env, name);
  const tooDeep = (): void => env.log.line('max struct nesting depth exceeded');
  return type !== undefined && isOfNumbers(type.btf, type.id, tooDeep);
}

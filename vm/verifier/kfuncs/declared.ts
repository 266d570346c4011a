// What the kernel's types say that an argument points at.
import type { BtfRecord } from '../../btf/btf.ts';
import { isStruct, kindWord, nameOf, plainType } from '../../btf/query.ts';
import type { Env } from '../env.ts';

/** The type that argument `n` of a function of the kernel points at; undefined where its types do not tell. */
export function declaredPointee({ input: { kernel } }: Env, func: string, n: number): BtfRecord | undefined {
  const id = kernel.find('func', func);
  const record = id === undefined ? undefined : kernel.type(id);
  const proto = record?.kind === 'func' ? kernel.type(record.type) : undefined;
  const param = proto?.kind === 'func_proto' ? proto.params[n - 1] : undefined;
  const pointer = param === undefined ? undefined : plainType(kernel, param.type);
  return pointer?.kind === 'ptr' ? plainType(kernel, pointer.type) : undefined;
}

/** 'INT int', 'UNKNOWN ' for void: as messages name it. */
export function pointeeText(record: BtfRecord | undefined): string {
  return record === undefined || record.kind === 'void'
    ? 'UNKNOWN '
    : `${kindWord(record)} ${nameOf(record)}`;
}

/** Name of the struct that an argument is declared to point at, undefined for other memory. */
export function declaredStruct(env: Env, func: string, n: number): string | undefined {
  const record = declaredPointee(env, func, n);
  return record !== undefined && isStruct(record) ? record.name : undefined;
}

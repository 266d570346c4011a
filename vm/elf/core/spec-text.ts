// Questions and places as libbpf's messages write them: '<byte_off> [16] struct task_struct.real_parent (0:12 @ offset 1280)'.
import type { Btf } from '../../btf/btf.ts';
import { kindWord, nameOf, plainType } from '../../btf/query.ts';
import { CORE_KINDS, type CoreRelo } from './core-relo.ts';
import type { CoreSpec } from './core-spec.ts';

/** @see tools/lib/bpf/relo_core.c bpf_core_format_spec */
export function specText({ btf, kind, rootId, steps, raw, bitOff }: CoreSpec): string {
  const { word, subject } = CORE_KINDS[kind];
  const root = `<${word}> [${rootId}] ${typeText(btf, rootId)}`;
  if (subject === 'type') return root;
  if (subject === 'enumval') return `${root}::${enumeratorText(btf, rootId, raw[0] ?? 0)}`;
  const path = steps.map(({ name, index }, i) => {
    if (name !== undefined) return `.${name}`;
    return i > 0 || index > 0 ? `[${index}]` : '';
  });
  const bits = bitOff % 8 === 0 ? '' : `.${bitOff % 8}`;
  return `${root}${path.join('')} (${raw.join(':')} @ offset ${Math.floor(bitOff / 8)}${bits})`;
}

/** The same of a relocation that cannot be read. */
export function reloText(types: Btf, { kind, typeId, access }: CoreRelo): string {
  const isThere = Number.isInteger(typeId) && typeId >= 0 && typeId < types.count;
  const root = isThere ? typeText(types, typeId) : '<no type>';
  return `<${CORE_KINDS[kind].word}> [${typeId}] ${root} + ${access}`;
}

/** 'struct task_struct', 'typedef u32', 'enum <anon>'. */
export function typeText(btf: Btf, id: number): string {
  const type = btf.type(id);
  const kind = type.kind === 'void' ? 'unknown' : kindWord(type).toLowerCase();
  return `${kind} ${nameOf(type) === '' ? '<anon>' : nameOf(type)}`;
}

function enumeratorText(btf: Btf, id: number, index: number): string {
  const type = plainType(btf, id);
  const value = type.kind === 'enum' ? type.values[index] : undefined;
  return value === undefined ? String(index) : `${value.name} = ${value.value}`;
}

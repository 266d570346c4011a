// C declarations against the types that they came of: compiled by clang for BPF, and the types of the object compared.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Btf } from '../../vm/btf/btf.ts';
import { isStruct, plainType, skipModifiers } from '../../vm/btf/query.ts';
import { essentialName } from '../../vm/elf/core/essential-name.ts';
import { readObject } from '../../vm/elf/read-object.ts';
import { compileBpf } from './clang.ts';

/** The types of what clang makes of some C. Throws, with what clang says, for C that does not compile or that it warns of. */
export function compiledTypes(source: string): Btf {
  const folder = mkdtempSync(join(tmpdir(), 'c-layouts-'));
  try {
    const [from, to] = [join(folder, 'types.c'), join(folder, 'types.o')];
    writeFileSync(from, source);
    compileBpf(from, to, '-Wall', '-Werror');
    return readObject(readFileSync(to), 'types').types!; // it was asked for with -g
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same of declarations: a variable points to each struct of the text, so that clang keeps it. */
export function typesOfDeclarations(text: string): Btf {
  const tags = new Set([...text.matchAll(/^((?:struct|union) \w+) \{/gm)].map(([, tag]) => tag!));
  const variables = [...tags].map((tag, i) => `${tag} *__variable_${i};\n`);
  return compiledTypes(text + variables.join(''));
}

/** The layouts of the named structs by name, without flavours: bytes, then members with their offsets, widths and the sizes of structs, a text each. */
export function layouts(
  btf: Btf,
  isWanted: (name: string) => boolean = () => true,
): ReadonlyMap<string, string[]> {
  const all = new Map<string, string[]>();
  for (const id of [...btf.ids('struct'), ...btf.ids('union')]) {
    const type = btf.type(id);
    if (!isStruct(type) || type.name === '' || !isWanted(type.name)) continue;
    const key = `${type.kind} ${essentialName(type.name)}`;
    all.set(
      key,
      [...(all.get(key) ?? []), [`${type.bytes}`, ...members(btf, id, 0).toSorted()].join(' ')].toSorted(),
    );
  }
  return all;
}

function members(btf: Btf, id: number, base: number): string[] {
  const type = btf.type(id);
  if (!isStruct(type)) return [];
  return type.members.flatMap(({ name, type: member, bitOff, bits }) => {
    const plain = plainType(btf, member);
    if (name === '') return members(btf, skipModifiers(btf, member), base + bitOff);
    if (name.startsWith('__pad')) return [];
    const bytes = isStruct(plain) || plain.kind === 'enum' ? ` ${plain.bytes} bytes` : '';
    return [`${name} at ${base + bitOff}${bits === 0 ? '' : `:${bits}`}${bytes}`];
  });
}

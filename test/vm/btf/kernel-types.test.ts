// The kernel's types as our tables have them, against those of the running kernel.
import { describe, expect, test } from 'vitest';
import type { CallRow } from '../../../vm/helpers/args.ts';
import { HELPERS, helperRow, type HelperName } from '../../../vm/helpers/table.ts';
import { KFUNCS, kfuncRow, type KfuncName } from '../../../vm/helpers/kfuncs.ts';
import { INNER_FUNCTIONS } from '../../../vm/kernel/functions.ts';
import type { Btf } from '../../../vm/btf/btf.ts';
import { kernelTypes } from '../../../vm/btf/kernel-types.ts';
import { isStruct, nameOf, plainType, sizeOf } from '../../../vm/btf/query.ts';
import { declaration } from '../../../vm/btf/text.ts';
import { vmlinux } from '../../support/vmlinux.ts';

const OURS = kernelTypes();

/** Offset, size and struct of each named member, those of unnamed members too. */
function membersOf(btf: Btf, id: number, base = 0): Map<string, string> {
  const record = plainType(btf, id);
  if (!isStruct(record)) return new Map();
  const members = new Map<string, string>();
  for (const { name, type, bitOff, bits } of record.members) {
    const off = base + bitOff / 8;
    if (name === '') for (const entry of membersOf(btf, type, off)) members.set(...entry);
    else if (bits > 0) members.set(name, `${bits} bits behind ${8 * off}`);
    else members.set(name, `${off}, ${sizeOf(btf, type)} bytes${pointee(btf, type)}`);
  }
  return members;
}

function pointee(btf: Btf, type: number): string {
  const pointer = plainType(btf, type);
  const target = pointer.kind === 'ptr' ? plainType(btf, pointer.type) : undefined;
  return target !== undefined && isStruct(target) && target.name !== '' ? `, to ${target.name}` : '';
}

/** 'NAME VALUE' of each value of an enum. */
function values(btf: Btf, id: number): unknown {
  const record = btf.type(id);
  return record.kind === 'enum' ? record.values.map(({ name, value }) => `${name} ${value}`) : record;
}

/** What a raw tracepoint is given, in C, without names. */
function given(btf: Btf, name: string): string | undefined {
  const id = btf.find('typedef', name);
  if (id === undefined) return undefined;
  return declaration(btf, id).replaceAll(/ __data|\(\*\)|(?<=[* ])\w+(?=[,)])/g, '');
}

describe.runIf(vmlinux() !== undefined && process.arch === 'x64')('the running kernel has', () => {
  const structs = (['struct', 'union'] as const).flatMap((kind) =>
    OURS.ids(kind).flatMap((id) => {
      const record = OURS.type(id);
      const isTold = isStruct(record) && record.members.length > 0 && record.name !== '';
      return isTold ? [{ kind, id, name: record.name, bytes: record.bytes }] : [];
    }),
  );

  test.each(structs)('$kind $name with our members where we have them', ({ kind, id, name, bytes }) => {
    const theirs = vmlinux()!.find(kind, name)!;
    expect(sizeOf(vmlinux()!, theirs)).toBe(bytes);
    const members = membersOf(vmlinux()!, theirs);
    for (const [member, place] of membersOf(OURS, id)) {
      expect(`${member}: ${members.get(member)}`).toBe(`${member}: ${place}`);
    }
  });

  test('our enums, with their values', () => {
    for (const id of OURS.ids('enum')) {
      const record = OURS.type(id);
      if (record.kind !== 'enum' || record.values.length === 0) continue;
      expect(values(OURS, id), record.name).toEqual(
        values(vmlinux()!, vmlinux()!.find('enum', record.name)!),
      );
      expect(sizeOf(OURS, id)).toBe(sizeOf(vmlinux()!, vmlinux()!.find('enum', record.name)!));
    }
  });

  test('our raw tracepoints, with what they are given', () => {
    const names = OURS.ids('typedef').map((id) => nameOf(OURS.type(id)));
    for (const name of names.filter((each) => each.startsWith('btf_trace_'))) {
      expect(given(OURS, name), name).toBe(given(vmlinux()!, name));
    }
  });

  test('our functions, with their parameters', () => {
    for (const id of OURS.ids('func')) {
      const name = nameOf(OURS.type(id));
      const found = vmlinux()!.find('func', name);
      if (found === undefined) continue;
      // Tags of address spaces are none of the tables'.
      const theirs = declaration(vmlinux()!, found).replaceAll(/ __address_space\(\d+\)/g, '');
      expect(theirs).toBe(declaration(OURS, id));
    }
  });
});

test('there is a function for each that programs are attached to', () => {
  for (const name of Object.keys(INNER_FUNCTIONS)) expect(OURS.find('func', name), name).toBeDefined();
});

test('there is a struct for each that helpers and kernel functions name', () => {
  const rows: readonly (CallRow | undefined)[] = [
    ...(Object.keys(HELPERS) as HelperName[]).map(helperRow), // the tables' own keys
    ...(Object.keys(KFUNCS) as KfuncName[]).map(kfuncRow),
  ];
  const args = [...rows.flatMap((row) => row?.args ?? []), ...rows.map((row) => row?.ret)];
  const names = new Set(
    args.flatMap((arg) => (arg?.startsWith('ptr_to_btf_id') === true ? arg.split(':').slice(1) : [])),
  );
  names.delete('any');
  expect(names.size).toBeGreaterThan(3);
  expect([...names].filter((name) => OURS.find('struct', name) === undefined)).toEqual([]);
});

test('a member that shares its bytes lies in a union as large as itself, whichever struct was told of first', () => {
  const unions = OURS.ids('struct').flatMap((id) => {
    const record = OURS.type(id);
    const shared = isStruct(record) ? record.members.filter(({ name }) => name === '') : [];
    return shared.map(({ type }) => plainType(OURS, type));
  });
  const sizes = unions.flatMap((union) =>
    isStruct(union) ? [[union.bytes, sizeOf(OURS, union.members[0]!.type)]] : [],
  );
  expect(sizes.filter(([of]) => of === 16)).not.toEqual([]);
  expect(sizes.filter(([of, first]) => of !== first)).toEqual([]);
});

// Where the members that a machine fills lie in each kernel: all of them are found, and where the running kernel has them.
import { describe, expect, test } from 'vitest';
import { sizeOf } from '../../../../vm/btf/query.ts';
import { KERNELS } from '../../../../vm/index.ts';
import { layoutsOf } from '../../../../vm/kernel/memory/layouts.ts';
import { memberAt, memberOf } from '../../../../vm/kernel/memory/members.ts';
import { STRUCT_ROWS, type StructKind, type StructRows } from '../../../../vm/kernel/memory/struct-rows.ts';
import { hasKernelTypes, kernelStruct } from '../../../support/kernel-btf.ts';
import { vmlinux } from '../../../support/vmlinux.ts';

const KINDS = Object.keys(STRUCT_ROWS) as StructKind[];
const rowsOf = (kind: StructKind): StructRows => STRUCT_ROWS[kind];

/** Members that only some kernels have, or that only a kernel's own BTF tells of. */
const SOME = ['time_ns', 'cgroup_ns', 'ancestors[0]', 'ancestor_ids[0]', '_sifields'];

describe.each(Object.values(KERNELS).map((kernel) => [kernel.name, kernel] as const))(
  '%s',
  (_name, kernel) => {
    test.each(KINDS)('has each member of %s that is filled', (kind) => {
      const { types } = kernel;
      const { struct, rows } = rowsOf(kind);
      const id = struct
        .split('|')
        .map((name) => types.find('struct', name))
        .find((found) => found !== undefined && sizeOf(types, found) !== 0);
      if (id === undefined) return expect(['time_ns', 'cgroup_ns']).toContain(kind); // younger than this kernel
      const absent = Object.keys(rows).filter((path) => memberOf(types, id, path) === undefined);
      expect(absent.filter((path) => !SOME.some((some) => path.includes(some)))).toEqual([]);
    });

    test.each(KINDS)('has the members of %s one behind the other', (kind) => {
      const { rows, bytes } = layoutsOf(kernel.types).of(kind);
      let end = 0;
      for (const row of rows) {
        expect(row.off).toBeGreaterThanOrEqual(end);
        end = row.off + row.bytes;
      }
      expect(bytes).toBeGreaterThanOrEqual(end);
    });
  },
);

describe.runIf(hasKernelTypes())('the running kernel', () => {
  test.each(KINDS)('has the members of %s where they are found', (kind) => {
    const types = vmlinux()!;
    const { struct, rows } = rowsOf(kind);
    const name = struct.split('|').find((one) => kernelStruct(one) !== undefined)!;
    const theirs = kernelStruct(name)!;
    const id = types.find('struct', name)!;
    for (const alternatives of Object.keys(rows)) {
      const spot = memberOf(types, id, alternatives);
      const first = alternatives.split('|').find((path) => theirs.has(path));
      if (first !== undefined) expect(spot?.off, `${name}.${first}`).toBe(theirs.get(first));
      // An array without length at the end has no bytes of its own.
      if (spot !== undefined && !alternatives.includes('['))
        expect(memberAt(types, id, spot.off), alternatives).toBeDefined();
    }
  });
});

// Variables and functions of the kernel that a program names: what it may do with each.
import { describe, expect, test } from 'vitest';
import type { BtfRecord } from '../../../../vm/btf/btf.ts';
import { BtfBuilder } from '../../../../vm/btf/build.ts';
import { kernelTypes } from '../../../../vm/btf/kernel-types.ts';
import { HELPERS } from '../../../../vm/helpers/table.ts';
import { assembleProg } from '../../../../vm/index.ts';
import type { VerifyInput } from '../../../../vm/verifier/input.ts';
import { verify } from '../../../../vm/verifier/walk/verify.ts';

/** A kernel with a variable of each kind. */
const builder = new BtfBuilder('vmlinux');
const int = builder.push({
  kind: 'int',
  name: 'int',
  bytes: 4,
  bits: 32,
  isSigned: true,
  isBool: false,
  isChar: false,
  bitOff: 0,
});
const pair = builder.push({
  kind: 'struct',
  name: 'pair',
  bytes: 8,
  members: [
    { name: 'a', type: int, bitOff: 0, bits: 0 },
    { name: 'b', type: int, bitOff: 32, bits: 0 },
  ],
});
const hidden = builder.push({ kind: 'fwd', name: 'hidden', isUnion: false });
const variable = (name: string, type: number): number =>
  builder.push({ kind: 'var', name, type, linkage: 'global' } satisfies BtfRecord);
const number = variable('number', int);
const struct = variable('struct', pair);
const ofEachCpu = variable('number_of_each_cpu', int);
const structOfEachCpu = variable('struct_of_each_cpu', pair);
const sizeless = variable('sizeless', hidden);
const hiddenOfEachCpu = variable('hidden_of_each_cpu', hidden);
builder.push({
  kind: 'datasec',
  name: '.data..percpu',
  bytes: 12,
  vars: [
    { type: ofEachCpu, off: 0, bytes: 4 },
    { type: structOfEachCpu, off: 4, bytes: 8 },
    { type: hiddenOfEachCpu, off: 12, bytes: 0 },
  ],
});
const proto = builder.push({ kind: 'func_proto', ret: 0, params: [] });
const func = builder.push({ kind: 'func', name: 'f', type: proto, linkage: 'static' });
const KERNEL = builder.build();

/** A program that begins with the address of a symbol in r1. */
function inputOf(id: number, rest: string, kernel = KERNEL): VerifyInput {
  const insns = assembleProg(`r1 = 0 ll\n${rest}`).insns;
  insns[1] = 0x31; // dst 1, src 3: a type of the kernel
  new DataView(insns.buffer, insns.byteOffset).setInt32(4, id, true);
  return {
    name: 'symbols',
    type: 'raw_tracepoint',
    attachType: 0,
    flags: 0,
    gpl: true,
    insns,
    maps: new Map(),
    funcs: [],
    lines: [],
    kernel,
    objects: [],
  };
}

/** What is said of the program: 'accepted', or the message. */
function said(id: number, rest: string): string {
  return verify(inputOf(id, `${rest}\nr0 = 0\nexit`)).refusal?.message ?? 'accepted';
}

const ONE_CPU = `call ${HELPERS.this_cpu_ptr.id}`;
const ANY_CPU = `r2 = 3\ncall ${HELPERS.per_cpu_ptr.id}`;

describe('symbols of the kernel', () => {
  test.each([
    ['a number is read', number, 'r0 = *(u32 *)(r1 + 0)', 'accepted'],
    [
      'and not beyond its end',
      number,
      'r0 = *(u32 *)(r1 + 4)',
      'R1 min value is outside of the allowed memory range',
    ],
    ['nor written', number, '*(u32 *)(r1 + 0) = 0', 'R1 cannot write into rdonly_mem'],
    ['a struct is read', struct, 'r0 = *(u32 *)(r1 + 4)', 'accepted'],
    ['and not written', struct, '*(u32 *)(r1 + 4) = 0', 'only read is supported'],
    ['a function is an address', func, 'r0 = r1', 'accepted'],
    [
      'nobody reads its code',
      func,
      'r0 = *(u8 *)(r1 + 0)',
      'R1 min value is outside of the allowed memory range',
    ],
    [
      'what each CPU has is no address yet',
      structOfEachCpu,
      'r0 = *(u32 *)(r1 + 0)',
      'R1 is ptr_pair access percpu memory: off=0',
    ],
    ['until its CPU is asked for', structOfEachCpu, `${ONE_CPU}\nr0 = *(u32 *)(r0 + 4)`, 'accepted'],
    ['a number of each CPU', ofEachCpu, `${ONE_CPU}\nr0 = *(u32 *)(r0 + 0)`, 'accepted'],
    ['that is not written', ofEachCpu, `${ONE_CPU}\n*(u32 *)(r0 + 0) = 0`, 'R0 cannot write into rdonly_mem'],
    [
      'there may be no such CPU',
      ofEachCpu,
      `${ANY_CPU}\nr0 = *(u32 *)(r0 + 0)`,
      "R0 invalid mem access 'rdonly_mem_or_null'",
    ],
    ['or there is', ofEachCpu, `${ANY_CPU}\nif r0 == 0 goto out\nr0 = *(u32 *)(r0 + 0)\nout:`, 'accepted'],
    [
      'one of a type that nobody knows',
      hiddenOfEachCpu,
      ONE_CPU,
      "unable to resolve the size of type 'hidden': -22",
    ],
    [
      'a variable of such a type',
      sizeless,
      'r0 = r1',
      "ldimm64 unable to resolve the size of type 'hidden': -22",
    ],
    ['a type that is none', 1000, 'r0 = r1', 'ldimm64 insn specifies invalid btf_id 1000.'],
    [
      'a type that is no symbol',
      pair,
      'r0 = r1',
      `pseudo btf_id ${pair} in ldimm64 isn't KIND_VAR or KIND_FUNC`,
    ],
  ])('%s', (_title, id, rest, answer) => {
    expect(said(id, rest)).toBe(answer);
  });

  test('the machine has none', () => {
    expect(verify(inputOf(1, 'r0 = 0\nexit', kernelTypes())).refusal?.code).toBe('btf-id');
  });
});

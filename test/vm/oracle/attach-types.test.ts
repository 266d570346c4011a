// Which helpers and kernel functions a program may call where that depends on what it is attached to; asked of the kernel of this machine.
import { expect, test } from 'vitest';
import { KFUNCS } from '../../../vm/helpers/kfuncs.ts';
import { HELPERS, type HelperName } from '../../../vm/helpers/table.ts';
import { kernelVerdicts, ourVerdicts, type BareCase } from '../../support/bare-verdicts.ts';
import { kernelTypeId } from '../../support/kernel-btf.ts';
import { LOCKED_DOWN } from '../../support/locked-down.ts';
import { hasTool } from '../../support/tools.ts';
import { vmlinux } from '../../support/vmlinux.ts';

const kernel = vmlinux();
const withKernel = test.skipIf(!hasTool('kernel') || kernel === undefined);

type Load = Omit<BareCase, 'title' | 'text'>;

const ITERATORS = ['task', 'tcp', 'udp', 'unix'] as const;
const FUNCTIONS = [
  ['tcp_congestion_ops', 0],
  ['tcp_congestion_ops', 16],
  ['tcp_congestion_ops', 17],
  ['bpf_dummy_ops', 0],
  ['bpf_dummy_ops', 2],
] as const;
/** @see include/uapi/linux/bpf.h enum bpf_attach_type */
const ATTACH = {
  cgroup_sock_addr: [8, 9, 10, 11, 14, 15, 19, 20, 29, 30, 31, 32, 49, 50, 51, 52, 53],
  cgroup_sockopt: [21, 22],
  cgroup_sock: [2, 12, 13, 34],
  cgroup_skb: [0, 1],
  kprobe: [0, 56, 57],
  sk_reuseport: [39, 40],
} as const;
const BPF_TRACE_ITER = 28;

const LOADS: readonly (readonly [where: string, load: Load])[] = [
  ...ITERATORS.map((name) => {
    const target = { name: `bpf_iter_${name}`, btfId: kernelTypeId('func', `bpf_iter_${name}`) ?? 0 };
    return [target.name, { type: 'tracing', attachType: BPF_TRACE_ITER, target }] as const;
  }),
  ...FUNCTIONS.map(([struct, attachType]) => {
    const target = { name: '', struct, btfId: kernelTypeId('struct', struct) ?? 0 };
    return [`${struct} ${attachType}`, { type: 'struct_ops', attachType, target }] as const;
  }),
  ...(Object.keys(ATTACH) as (keyof typeof ATTACH)[]).flatMap((type) =>
    ATTACH[type].map((attachType) => [`${type} ${attachType}`, { type, attachType }] as const),
  ),
];

withKernel('each helper and kernel function can be called where its row says', () => {
  const names = [
    ...(Object.keys(HELPERS) as HelperName[])
      .filter((name) => !LOCKED_DOWN.has(name))
      .map((name) => `bpf_${name}`),
    ...Object.keys(KFUNCS).filter((name) => kernelTypeId('func', name) !== undefined),
  ];
  const cases = LOADS.filter(([, { target }]) => target?.btfId !== 0).flatMap(([where, load]) =>
    names.map((name): BareCase =>
      Object.assign({}, load, { title: `${name} in ${where}`, text: `call ${name}\nr0 = 0\nexit` }),
    ),
  );
  expect(cases.length).toBeGreaterThan(5_000);
  expect(ourVerdicts(cases, kernel!)).toEqual(kernelVerdicts(cases));
});

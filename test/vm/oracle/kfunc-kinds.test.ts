// What each kernel function takes: its row, argument by argument, asked of the kernel of this machine with registers that fit and that do not.
import { expect, test } from 'vitest';
import { argRow, type HelperArg } from '../../../vm/helpers/args.ts';
import { KFUNCS, kfuncRow, type KfuncName } from '../../../vm/helpers/kfuncs.ts';
import type { ProgTypeName } from '../../../vm/kernel/prog-types.ts';
import { ZEROES } from '../../support/arg-text.ts';
import { kernelVerdicts, ourVerdicts, type BareCase } from '../../support/bare-verdicts.ts';
import { kernelTypeId } from '../../support/kernel-btf.ts';
import { hasTool } from '../../support/tools.ts';
import { vmlinux } from '../../support/vmlinux.ts';

const kernel = vmlinux();
const withKernel = test.skipIf(!hasTool('kernel') || kernel === undefined);

/** How a program of a type is loaded: the first that may call a function asks for it. */
const LOADS: readonly Omit<BareCase, 'title' | 'text'>[] = [
  { type: 'syscall', flags: 16 },
  { type: 'sched_cls' },
  { type: 'xdp' },
  { type: 'kprobe', attachType: 56 },
  { type: 'cgroup_sock_addr', attachType: 8 },
  tracing('typedef', 'btf_trace_sys_enter', 23, 'sys_enter'),
  tracing('func', 'bpf_iter_task', 28, 'bpf_iter_task'),
  {
    type: 'struct_ops',
    attachType: 16,
    target: {
      name: '',
      struct: 'tcp_congestion_ops',
      btfId: kernelTypeId('struct', 'tcp_congestion_ops') ?? 0,
    },
  },
];

function tracing(
  kind: 'typedef' | 'func',
  btfName: string,
  attachType: number,
  name: string,
): (typeof LOADS)[0] {
  return { type: 'tracing', attachType, target: { name, btfId: kernelTypeId(kind, btfName) ?? 0 } };
}

/** What a register is given. */
const PROBES = {
  nothing: '',
  number: '= 5',
  zero: '= 0',
  stack: '= r8',
  ctx: '= r6',
  task: '= r7',
  unknown: '= r9',
} as const;

/** What a register is given for an argument while others are asked for. */
function fitting(arg: HelperArg): string {
  switch (argRow(arg).row.kind) {
    case 'ctx':
      return '= r6';
    case 'btf_id':
      return arg.endsWith(':task_struct') ? '= r7' : '= r8';
    case 'scalar':
    case 'const_scalar':
    case 'size':
      return '= 8';
    case 'map':
    case 'func':
    case 'ignored':
      return '= 0';
    default:
      return '= r8';
  }
}

const HEAD = `r6 = r1\n${ZEROES}\ncall get_current_task_btf\nr7 = r0\ncall get_prandom_u32\nr9 = r0\nr8 = r10\nr8 += -64`;

function loadOf({
  progTypes,
  attachIn,
  mightSleep,
}: NonNullable<ReturnType<typeof kfuncRow>>): (typeof LOADS)[0] | undefined {
  const types: readonly ProgTypeName[] | undefined = progTypes;
  return LOADS.find(({ type, attachType = 0 }) => {
    if (mightSleep === true && type !== 'syscall') return false;
    return (types?.includes(type) ?? true) && (attachIn?.[type]?.includes(attachType) ?? true);
  });
}

function casesOf(name: KfuncName): BareCase[] {
  const row = kfuncRow(name)!;
  const load = loadOf(row);
  if (load === undefined) return [];
  const args = row.args ?? [];
  const places = args.length === 0 ? [0] : args.map((_, i) => i);
  return places.flatMap((i) =>
    Object.entries(PROBES).map(([probe, value]) => {
      const regs = args.map((arg, n) => (n === i ? value : fitting(arg)));
      const sets = regs.map((reg, n) => (reg === '' ? '' : `r${n + 1} ${reg}`)).join('\n');
      const use = row.ret === 'void' ? '' : 'r0 = *(u8 *)(r0 + 0)';
      return Object.assign({}, load, {
        title: `${name} r${i + 1} ${probe} (${load.type})`,
        text: `${HEAD}\n${sets}\ncall ${name}\n${use}\nr0 = 0\nexit`,
      });
    }),
  );
}

withKernel(
  'each kernel function takes the arguments that its row says, and its result is what the row says',
  () => {
    const names = (Object.keys(KFUNCS) as KfuncName[]).filter(
      (name) => kernelTypeId('func', name) !== undefined,
    );
    const cases = names.flatMap(casesOf);
    expect(cases.length).toBeGreaterThan(1_500);
    expect(ourVerdicts(cases, kernel!)).toEqual(kernelVerdicts(cases));
  },
);

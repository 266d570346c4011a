// Who may call which helper and kernel function, and with which maps: the whole of what the tables say, asked of the kernel of this machine.
import { describe, expect, test } from 'vitest';
import { argRow, type HelperArg } from '../../../vm/helpers/args.ts';
import { KFUNCS, kfuncRow, type KfuncName } from '../../../vm/helpers/kfuncs.ts';
import { HELPERS, helperRow, type HelperName } from '../../../vm/helpers/table.ts';
import { assembleProg } from '../../../vm/index.ts';
import { encodeInsn } from '../../../vm/isa/insn.ts';
import { OPS } from '../../../vm/isa/ops.ts';
import type { ProgTypeName } from '../../../vm/kernel/prog-types.ts';
import { argText, ZEROES } from '../../support/arg-text.ts';
import { kernelTypeId } from '../../support/kernel-btf.ts';
import { askKernel, insnsLine, type OracleAnswer } from '../../support/oracle.ts';
import { LOCKED_DOWN } from '../../support/locked-down.ts';
import { hasTool } from '../../support/tools.ts';

const withKernel = test.skipIf(!hasTool('kernel'));
const BPF_TRACE_RAW_TP = 23;
const SLEEPABLE = 16;

/** How a program of each type is loaded; with several attach types a helper is allowed where one of them allows it. Types that need more are left out. */
const LOADS: Readonly<Partial<Record<ProgTypeName, readonly string[]>>> = {
  socket_filter: [''],
  kprobe: [''],
  sched_cls: [''],
  sched_act: [''],
  tracepoint: [''],
  xdp: [''],
  perf_event: [''],
  cgroup_skb: ['attach=0', 'attach=1'],
  cgroup_sock: ['attach=2'],
  lwt_in: [''],
  lwt_out: [''],
  lwt_xmit: [''],
  sock_ops: ['attach=3'],
  sk_skb: [''],
  cgroup_device: ['attach=6'],
  sk_msg: ['attach=7'],
  raw_tracepoint: [''],
  cgroup_sock_addr: ['attach=8', 'attach=10'],
  lwt_seg6local: [''],
  sk_reuseport: ['attach=39'],
  flow_dissector: ['attach=17'],
  cgroup_sysctl: ['attach=18'],
  raw_tracepoint_writable: [''],
  cgroup_sockopt: ['attach=22', 'attach=21'],
  tracing: [`attach=${BPF_TRACE_RAW_TP} btfid=${kernelTypeId('typedef', 'btf_trace_sys_enter') ?? 0}`],
  sk_lookup: ['attach=36'],
  struct_ops: [`attach=0 btfid=${kernelTypeId('struct', 'tcp_congestion_ops') ?? 0}`],
  syscall: [`flags=${SLEEPABLE}`],
  netfilter: ['attach=45'],
};
const TYPES = Object.keys(LOADS) as readonly ProgTypeName[]; // the table's own keys

/** Types that are asked for a helper. Tracing programs are of attach type tp_btf here: not every kernel lets fentry and the like in. */
const typesOf = (name: HelperName): readonly ProgTypeName[] =>
  helperRow(name).attachIn?.tracing === undefined ? TYPES : TYPES.filter((type) => type !== 'tracing');

const helpers = (Object.keys(HELPERS) as HelperName[]).filter((name) => !LOCKED_DOWN.has(name));
const kfuncs = (Object.keys(KFUNCS) as KfuncName[]).filter(
  (name) => kernelTypeId('func', name) !== undefined,
);

const tail = assembleProg('r0 = 0\nexit').insns;

function callInsn(name: 'call_helper' | 'call_kfunc', imm: number): Uint8Array {
  const insns = new Uint8Array(8);
  const op = OPS[name];
  encodeInsn(insns, 0, { op, dst: 0, src: op.fixed.src, off: 0, imm, hi: 0 });
  return insns;
}

/** A program that makes one call, and what it is loaded with. */
function callLines(tag: string, type: string, options: string, call: Uint8Array): string[] {
  const insns = new Uint8Array([...call, ...tail]);
  return [`prog ${tag} ${type} log=1 ${options}`, insnsLine(insns), 'end', `closeprog ${tag}`];
}

/** Types of which a program may make the call, by the name of the program: `name type` with a number behind. */
function allowed(answers: readonly OracleAnswer[], refusal: RegExp): ReadonlySet<string> {
  const progs = answers.filter(({ op }) => op === 'prog');
  return new Set(progs.filter(({ log }) => !refusal.test(log ?? '')).map(({ name }) => name!));
}

const LICENCES = ['GPL', 'MIT'] as const;

withKernel('each helper can be called by the program types and licences that its row says', () => {
  const lines: string[] = [];
  for (const name of helpers) {
    const call = callInsn('call_helper', helperRow(name).id);
    for (const type of TYPES) {
      for (const [i, options] of LOADS[type]!.entries()) {
        for (const licence of LICENCES) {
          lines.push(
            ...callLines(`${name}.${type}.${licence}.${i}`, type, `${options} license=${licence}`, call),
          );
        }
      }
    }
  }
  const may = allowed(
    askKernel(lines.join('\n')),
    /cannot use helper|call is not allowed|unknown func|GPL-restricted|GPL compatible license/,
  );
  const said = (kernel: boolean): string[] =>
    helpers.map((name) => {
      const row = helperRow(name);
      const types = typesOf(name).filter((type) =>
        kernel
          ? LOADS[type]!.some((_, i) => may.has(`${name}.${type}.GPL.${i}`))
          : (row.progTypes?.includes(type) ?? true),
      );
      const free = types.filter((type) =>
        kernel
          ? LOADS[type]!.some((_, i) => may.has(`${name}.${type}.MIT.${i}`))
          : type !== 'struct_ops' && (row.gplOnly !== true || row.gplFreeIn?.includes(type) === true),
      );
      return `${name}: ${types.join(' ')}; any licence: ${free.join(' ')}`;
    });
  expect(said(false)).toEqual(said(true));
});

withKernel('each kernel function can be called by the program types that its row says', () => {
  const lines: string[] = [];
  for (const name of kfuncs) {
    const imm = kernelTypeId('func', name)!;
    const call = callInsn('call_kfunc', imm);
    for (const type of TYPES) {
      for (const [i, options] of LOADS[type]!.entries())
        lines.push(...callLines(`${name}.${type}.${i}`, type, options, call));
    }
  }
  const may = allowed(askKernel(lines.join('\n')), /is not allowed/);
  const said = (kernel: boolean): string[] =>
    kfuncs.map((name) => {
      const row = kfuncRow(name)!;
      const types = TYPES.filter((type) => row.attachIn?.[type] === undefined).filter((type) =>
        kernel
          ? LOADS[type]!.some((_, i) => may.has(`${name}.${type}.${i}`))
          : (row.progTypes?.includes(type) ?? true),
      );
      return `${name}: ${types.join(' ')}`;
    });
  expect(kfuncs.length).toBeGreaterThan(90);
  expect(said(false)).toEqual(said(true));
});

/** Maps as `map` lines of a spec; those whose making needs types of BTF are left out. */
const MAPS: Readonly<Record<string, string>> = {
  hash: '4 8 4',
  array: '4 8 4',
  prog_array: '4 4 4',
  perf_event_array: '4 4 4',
  percpu_hash: '4 8 4',
  percpu_array: '4 8 4',
  stack_trace: '4 64 4',
  cgroup_array: '4 4 4',
  lru_hash: '4 8 4',
  lru_percpu_hash: '4 8 4',
  lpm_trie: '8 8 4 1',
  array_of_maps: '4 4 4 0 hash',
  hash_of_maps: '4 4 4 0 hash',
  devmap: '4 4 4',
  cpumap: '4 4 4',
  xskmap: '4 4 4',
  devmap_hash: '4 4 4',
  queue: '0 8 4',
  stack: '0 8 4',
  ringbuf: '0 0 4096',
  bloom_filter: '0 8 4',
  user_ringbuf: '0 0 4096',
  sockmap: '4 4 4',
  sockhash: '4 4 4',
  reuseport_sockarray: '4 8 4',
};

/** xdp first: a devmap belongs to programs of the type that used it first. */
const FOR_MAPS: readonly ProgTypeName[] = ['xdp', ...TYPES];

/** The same for a dynptr that the helper makes. */
function dynptrText(arg: HelperArg, reg: number): string | undefined {
  return argRow(arg).row.kind === 'dynptr' ? `r${reg} = r10\nr${reg} += -80` : undefined;
}

/** A program that calls a helper with a map; undefined where its arguments take more. */
function mapCall(name: HelperName, map: string): string | undefined {
  const args = (helperRow(name).args ?? []).map(
    (arg, i) => argText(arg, i + 1, map) ?? dynptrText(arg, i + 1),
  );
  return args.includes(undefined)
    ? undefined
    : `r6 = r1\n${ZEROES}\n${args.join('\n')}\ncall ${name}\nr0 = 0\nexit`;
}

/** Elements of maps of sockets: where programs may read and take them out depends on the program. */
function holdsSockets(name: HelperName, map: string): boolean {
  const isElement = name === 'map_lookup_elem' || name === 'map_delete_elem';
  return isElement && (map === 'sockmap' || map === 'sockhash');
}

describe('maps of helpers', () => {
  const kinds = Object.keys(MAPS);
  // A tail call has a message of its own, and what is iterated is asked below.
  const asked = helpers.filter(
    (name) =>
      helperRow(name).maps !== undefined && name !== 'tail_call' && mapCall(name, 'hash') !== undefined,
  );

  withKernel('each helper takes the maps that its row says', () => {
    const order = ['hash', ...Object.keys(MAPS).filter((type) => type !== 'hash')];
    const lines = order.map(
      (type) => `map ${type} ${type} ${MAPS[type]}${MAPS[type]!.split(' ').length === 3 ? ' 0' : ''}`,
    );
    for (const name of asked) {
      const type = FOR_MAPS.find((other) => helperRow(name).progTypes?.includes(other) ?? true)!;
      for (const map of kinds) {
        const { insns } = assembleProg(mapCall(name, map)!, order);
        lines.push(
          `prog ${name}.${map} ${type} log=1 ${LOADS[type]![0]}`,
          insnsLine(insns),
          'end',
          `closeprog ${name}.${map}`,
        );
      }
    }
    const answers = askKernel(lines.join('\n'));
    expect(answers.filter(({ op, ok }) => op === 'map' && ok !== true)).toEqual([]);
    // What is reserved is not given back here.
    const accepted = answers.filter(
      ({ verdict, log }) => verdict === 'accepted' || /reference/.test(log ?? ''),
    );
    const may = new Set(accepted.map(({ name }) => name));
    const said = (kernel: boolean): string[] =>
      asked.map((name) => {
        const { maps = [] } = helperRow(name);
        const taken = kinds.filter((map) =>
          kernel
            ? may.has(`${name}.${map}`)
            : (maps as readonly string[]).includes(map) || holdsSockets(name, map),
        );
        return `${name}: ${taken.join(' ')}`;
      });
    expect(asked.length).toBeGreaterThan(12);
    expect(said(false)).toEqual(said(true));
  });
});

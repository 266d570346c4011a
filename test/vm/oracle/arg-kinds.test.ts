// What each helper takes: the column `args` of its row, argument by argument, asked of the kernel of this machine with registers that fit and that do not.
import { expect, test } from 'vitest';
import { argRow, type ArgKind, type HelperArg } from '../../../vm/helpers/args.ts';
import { HELPERS, helperRow, type HelperName } from '../../../vm/helpers/table.ts';
import { assembleProg } from '../../../vm/index.ts';
import type { ProgTypeName } from '../../../vm/kernel/prog-types.ts';
import { argText, ZEROES } from '../../support/arg-text.ts';
import { kernelTypeId } from '../../support/kernel-btf.ts';
import { askKernel, insnsLine, type OracleAnswer } from '../../support/oracle.ts';
import { LOCKED_DOWN } from '../../support/locked-down.ts';
import { hasTool } from '../../support/tools.ts';

/** How a program of a type is loaded: one type for each helper is enough, and another where its arguments depend on the type. */
const LOADS: Readonly<Partial<Record<ProgTypeName, string>>> = {
  socket_filter: '',
  kprobe: '',
  sched_cls: '',
  xdp: '',
  perf_event: '',
  cgroup_skb: '',
  cgroup_sock: 'attach=2',
  cgroup_sock_addr: 'attach=10',
  cgroup_sysctl: 'attach=18',
  cgroup_sockopt: 'attach=22',
  sock_ops: 'attach=3',
  sk_skb: '',
  sk_msg: 'attach=7',
  sk_reuseport: 'attach=39',
  sk_lookup: 'attach=36',
  lwt_in: '',
  lwt_seg6local: '',
  tracing: `attach=23 btfid=${kernelTypeId('typedef', 'btf_trace_sys_enter') ?? 0}`,
  syscall: 'flags=16',
};
const MAPS = {
  hash: '4 8 4',
  perf_event_array: '4 4 4',
  percpu_hash: '4 8 4',
  stack_trace: '4 64 4',
  cgroup_array: '4 4 4',
  devmap: '4 4 4',
  queue: '0 8 4',
  ringbuf: '0 0 4096',
  user_ringbuf: '0 0 4096',
  sockmap: '4 4 4',
  sockhash: '4 4 4',
  reuseport_sockarray: '4 8 4',
} as const satisfies Record<string, string>;
const MAP_NAMES = Object.keys(MAPS);

const MEMORY = 'fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_';
const SOCKETS = 'sock_common, sock, tcp_sock, xdp_sock';

/** What the verifier says that it expects, by kind; nothing for arguments that it takes as they are. */
const EXPECTED: Readonly<Partial<Record<ArgKind, string>>> = {
  anything: 'anything',
  ctx: 'ctx',
  map: 'map_ptr',
  map_key: MEMORY,
  map_value: MEMORY,
  mem: MEMORY,
  size: 'scalar',
  alloc_size: 'scalar',
  spin_lock: 'map_value, ptr_',
  timer: 'map_value',
  func: 'func',
  const_str: 'map_value',
  dynptr: 'fp, dynptr_ptr',
  ringbuf_mem: 'ringbuf_mem',
  kptr_slot: 'map_value, ptr_',
  btf_id: 'ptr_, trusted_ptr_, rcu_ptr_',
  percpu_btf_id: 'percpu_ptr_, percpu_rcu_ptr_, percpu_trusted_ptr_',
  socket: 'sock',
};

function expectedOf(arg: HelperArg): string | undefined {
  if (arg.startsWith('ptr_to_btf_id_sock_common')) return `${SOCKETS}, ptr_, trusted_ptr_`;
  return arg === 'ptr_to_sock_common' ? SOCKETS : EXPECTED[argRow(arg).row.kind];
}

/** What a register is given: nothing, what no argument but `anything` takes, and 0. */
const PROBES = { unset: '', wrong: '= 5', wrongSize: '= r6', zero: '= 0' } as const;

interface Question {
  readonly name: HelperName;
  readonly type: ProgTypeName;
  readonly args: readonly HelperArg[];
}

/** Each helper, once for each kind of arguments that it has. */
const QUESTIONS: readonly Question[] = (Object.keys(HELPERS) as HelperName[]).flatMap((name) => {
  const { args = [], progTypes, argsIn = [], attachIn } = helperRow(name);
  if (name === 'tail_call' || LOCKED_DOWN.has(name)) return [];
  const types = (Object.keys(LOADS) as ProgTypeName[]).filter(
    (type) => (progTypes?.includes(type) ?? true) && (type !== 'tracing' || attachIn?.tracing === undefined),
  );
  const usual = types.find((type) => !argsIn.some((other) => other.types.includes(type)));
  const sleeps = helperRow(name).mightSleep === true ? ('syscall' as const) : usual;
  const questions: Question[] =
    sleeps === undefined || !types.includes(sleeps) ? [] : [{ name, type: sleeps, args }];
  for (const other of argsIn) {
    const type = types.find((known) => other.types.includes(known));
    if (type !== undefined) questions.push({ name, type, args: other.args });
  }
  return questions;
});

/** Arguments that can be asked for: those behind one that takes more than a line or two are not come to. */
function askable({ args, name }: Question): number {
  const { maps } = helperRow(name);
  if (maps !== undefined && !maps.some((map) => MAP_NAMES.includes(map))) return 0;
  const stop = args.findIndex((arg) => argText(arg, 1, 'hash') === undefined);
  return stop < 0 ? args.length + 1 : stop + 1;
}

function specOf(questions: readonly Question[]): string {
  const lines = MAP_NAMES.map((type) => `map ${type} ${type} ${MAPS[type as keyof typeof MAPS]} 0`);
  for (const question of questions) {
    const { name, type, args } = question;
    const map = helperRow(name).maps?.find((kind) => MAP_NAMES.includes(kind)) ?? 'hash';
    for (let i = 0; i < Math.min(5, askable(question)); i++) {
      for (const [probe, value] of Object.entries(PROBES)) {
        const others = args.map((arg, n) => (n === i ? '' : (argText(arg, n + 1, map) ?? '')));
        const asked = value === '' ? '' : `r${i + 1} ${value}`;
        const body = `r6 = r1\n${ZEROES}\ncall get_prandom_u32\n${others.join('\n')}\n${asked}\ncall ${name}\nr0 = 0\nexit`;
        const tag = `${name}.${type}.${i}.${probe}`;
        lines.push(`prog ${tag} ${type} log=1 ${LOADS[type]}`);
        lines.push(insnsLine(assembleProg(body, MAP_NAMES).insns), 'end', `closeprog ${tag}`);
      }
    }
  }
  return lines.join('\n');
}

/** What the kernel says of an argument, in words of this test. */
function said(logs: ReadonlyMap<string, string>, { name, type }: Question, i: number): string {
  const log = (probe: keyof typeof PROBES): string => logs.get(`${name}.${type}.${i}.${probe}`) ?? '';
  const reg = `R${i + 1}`;
  if (!log('unset').includes(`${reg} !read_ok`)) return 'none';
  const wanted = (text: string): string | undefined =>
    new RegExp(`${reg} type=\\S+ expected=(.*)`).exec(text)?.[1]?.trim();
  const expected = wanted(log('wrong')) ?? wanted(log('wrongSize')) ?? 'anything';
  // Of what may be null the verifier names one more type than it takes.
  const zero = wanted(log('zero'));
  const takesZero = zero === undefined && !log('zero').includes('zero-sized') ? ' or 0' : '';
  return `${expected}${expected === 'anything' || zero === 'fp' ? '' : takesZero}`;
}

/** The same of the row. */
function written(arg: HelperArg | undefined): string {
  if (arg === undefined) return 'none';
  const { row } = argRow(arg);
  const isSize = row.kind === 'size' || row.kind === 'alloc_size';
  const takesZero = isSize ? row.orZero === true : row.orNull === true && row.kind !== 'mem';
  return `${expectedOf(arg)}${takesZero ? ' or 0' : ''}`;
}

function line({ name, type }: Question, i: number, what: string): string {
  return `${name} (${type}) r${i + 1}: ${what}`;
}

test.skipIf(!hasTool('kernel'))('each helper takes the arguments that its row says', () => {
  const answers = askKernel(specOf(QUESTIONS));
  const progs = answers.filter(({ op }: OracleAnswer) => op === 'prog');
  const logs = new Map(progs.map(({ name, log }) => [name!, log ?? '']));
  const places = QUESTIONS.flatMap((question) =>
    Array.from({ length: Math.min(5, askable(question)) }, (_, i) => ({ question, i })),
  );
  expect(places.length).toBeGreaterThan(300);
  expect(places.map(({ question, i }) => line(question, i, written(question.args[i])))).toEqual(
    places.map(({ question, i }) => line(question, i, said(logs, question, i))),
  );
});

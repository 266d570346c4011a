// Kernel functions on strings with random ones: the machine and the kernel of this machine answer the same.
import { expect, test } from 'vitest';
import { KFUNCS, type KfuncName } from '../../../vm/helpers/kfuncs.ts';
import { assembleProg, createMachine } from '../../../vm/index.ts';
import { TEST_ENGINE } from '../../support/engine.ts';
import { kernelTypeId } from '../../support/kernel-btf.ts';
import { askKernel, insnsLine, type OracleAnswer } from '../../support/oracle.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { askMachine } from '../../support/spec-machine.ts';
import { hasTool } from '../../support/tools.ts';

const SEED = seedOf(618);
const RUNS = 500;
const TEXT_BYTES = 24;
const TEXTS = [
  '',
  'a',
  'A',
  'ab',
  'aB',
  'abc',
  'aab',
  'aaab',
  'aaabaaab',
  'b',
  '/usr/bin',
  '/',
  'n',
  '\xe9',
  '\xc9',
  '\xd7\xf7',
  'abcabcabd',
];
const CHARS = [0, 0x61, 0x62, 0x2f, 0xe9, 0x161, 0xffffffe9];
const COUNTS = ['0', '1', '2', '3', '4', '8', '100', '-1', '0x10000', '0x10001'];

/** What stands in r2 and r3: the other string, a character, a count. */
const ARGS = {
  bpf_strcmp: ['text'],
  bpf_strcasecmp: ['text'],
  bpf_strchr: ['char'],
  bpf_strchrnul: ['char'],
  bpf_strnchr: ['count', 'char'],
  bpf_strrchr: ['char'],
  bpf_strlen: [],
  bpf_strnlen: ['count'],
  bpf_strspn: ['text'],
  bpf_strcspn: ['text'],
  bpf_strstr: ['text'],
  bpf_strnstr: ['text', 'count'],
} as const satisfies Partial<Record<KfuncName, readonly ('text' | 'char' | 'count')[]>>;
const NAMES = Object.keys(ARGS) as (keyof typeof ARGS)[]; // the table's own keys

/** Where a string stands: in a map, or nowhere. */
const PLACES = ['', '', '', '', '', '0', '0x1000', '0x7fffffffe000 ll', '-1', '0xffff000000000000 ll'];

function valueOf(text: string): string {
  const bytes = Buffer.alloc(TEXT_BYTES);
  bytes.write(text, 'latin1');
  return bytes.toString('hex');
}

/** A spec whose calls go to functions by the ids of one of the two. */
function specOf(idOf: (name: KfuncName) => number): string {
  const random = new Random(SEED);
  const maps = ['a', 'b'];
  const lines = maps.map((map) => `map ${map} array 4 ${TEXT_BYTES} 1 0`);
  for (let i = 0; i < RUNS; i++) {
    const name = random.pick(NAMES);
    const a = random.pick(TEXTS);
    const b = random.pick(TEXTS);
    const place = (map: string): string => random.pick(PLACES) || `mapval[${map}] ll`;
    const values = { text: place('b'), char: String(random.pick(CHARS)), count: random.pick(COUNTS) };
    const rest = ARGS[name].map((kind, n) => `r${n + 2} = ${values[kind]}${kind === 'char' ? ' ll' : ''}`);
    const body = [`r1 = ${place('a')}`, ...rest, `call kernel-function#${idOf(name)}`, 'exit'];
    lines.push(
      `set a 00000000 ${valueOf(a)}`,
      `set b 00000000 ${valueOf(b)}`,
      `prog p${i} socket_filter log=0`,
      insnsLine(assembleProg(body.join('\n'), maps).insns),
      'end',
      `run p${i} data=${'00'.repeat(64)} tag=${i}:${name}:${encodeURIComponent(JSON.stringify([a, b, values]))}`,
      `closeprog p${i}`,
    );
  }
  return lines.join('\n');
}

const results = (answers: readonly OracleAnswer[]): string[] =>
  answers
    .filter(({ op }) => op === 'run')
    .map(({ tag, errno, retval }) => `${tag} errno=${errno} ${(retval ?? 0) | 0}`);

test.skipIf(!hasTool('kernel') || kernelTypeId('func', 'bpf_strnstr') === undefined)(
  `${RUNS} calls with random strings (seed ${SEED}) answer as the kernel's`,
  () => {
    const machine = results(askMachine(specOf((name) => KFUNCS[name].id)));
    expect(machine).toEqual(results(askKernel(specOf((name) => kernelTypeId('func', name)!))));
  },
);

test('a search that takes too long uses up the budget of the run', () => {
  const faults: string[] = [];
  const machine = createMachine({
    engine: TEST_ENGINE,
    cpus: 1,
    limitInsns: 100_000,
    onPrintk: () => {},
    onFault: ({ code }) => faults.push(code),
  });
  const { bpf } = machine;
  const map = { type: 'array', keySize: 4, valueSize: 65_000, maxEntries: 1, flags: 0 };
  const fds = ['a', 'b'].map((name) => bpf.mapCreate({ ...map, name }));
  const zero = new Uint8Array(4);
  const many = new Uint8Array(65_000).fill(0x61, 0, 64_000);
  const part = new Uint8Array(65_000).fill(0x61, 0, 32_000);
  part[32_000] = 0x62;
  expect([bpf.mapUpdate(fds[0]!, zero, many, 0), bpf.mapUpdate(fds[1]!, zero, part, 0)]).toEqual([0, 0]);
  const { insns } = assembleProg('r1 = mapval[a] ll\nr2 = mapval[b] ll\ncall bpf_strstr\nexit', ['a', 'b']);
  const view = new DataView(insns.buffer);
  view.setInt32(4, fds[0]!, true);
  view.setInt32(20, fds[1]!, true);
  const fd = bpf.progLoad({ name: 'slow', type: 'socket_filter', license: 'GPL', insns });
  const result = machine.testRun(fd, { data: new Uint8Array(64) });
  expect([result.retval, faults]).toEqual([0, ['budget']]);
});

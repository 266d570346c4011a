// bpf_snprintf, format by format: the machine and the kernel of this machine write the same bytes and return the same.
import { expect, test } from 'vitest';
import { assembleProg } from '../../../vm/index.ts';
import { askKernel, insnsLine, type OracleAnswer } from '../../support/oracle.ts';
import { askMachine } from '../../support/spec-machine.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { hasTool } from '../../support/tools.ts';

const SEED = seedOf(1988);
const FORMATS = 600;
const FORMAT_BYTES = 64;
const OUT_BYTES = 96;
const EINVAL = 22;

/** What stands in the map that string arguments point at. */
const TEXT = Buffer.alloc(80);
TEXT.write('tail calls\0long enough to be cut somewhere\0\xc3\xa9\x01', 'latin1');

/** A format, the arguments that are passed (text: offset in TEXT), and the size of the buffer. */
interface Call {
  readonly format: string;
  readonly args: readonly (bigint | { readonly text: number })[];
  readonly size: number;
}

const PLAIN = ['', 'a', ' ', ': ', '%%', 'caf\xc3\xa9 ', '\t', '%|', '\x01', '\xff', '%%|', '5', 'l'];
const FLAGS = ['', '', '', '', '-', '0', '+', ' ', '-0', '0+', '--', '#', "'"];
const WIDTHS = ['', '', '', '5', '12', '20', '1', '0', '3000', '.3', '*', '8.'];
const KINDS = [
  'd',
  'i',
  'u',
  'x',
  'X',
  'ld',
  'lu',
  'lx',
  'lld',
  'lli',
  'llu',
  'llx',
  'llX',
  'c',
  'hd',
  'o',
  'lc',
  'llld',
  'n',
  'f',
];
const POINTERS = ['s', 's', 'pks', 'px', 'pi4', 'pI4', 'pi6', 'pI6', 'pS', 'ps', 'pB', 'pz', 'pi5'];
const ENDS = ['', '', '', ' ', '|', ',', 'x', '9', '\n'];

function randomCall(random: Random): Call {
  let format = random.pick(PLAIN.slice(0, random.below(8) === 0 ? PLAIN.length : 7));
  const args: Call['args'][number][] = [];
  const count = random.below(5);
  for (let i = 0; i < count; i++) {
    const odd = random.below(10) === 0;
    const isPointer = random.below(2) === 0;
    const kinds = isPointer ? POINTERS : KINDS;
    const kind = random.pick(odd ? kinds : kinds.slice(0, isPointer ? -2 : 14));
    const flags = random.pick(odd ? FLAGS : FLAGS.slice(0, -2));
    const width = random.pick(odd ? WIDTHS : WIDTHS.slice(0, 7));
    format += `%${flags}${width}${kind}${random.pick(ENDS)}`;
    const number = random.pick([
      0n,
      1n,
      0x41n,
      -1n,
      0x7fff_ffffn,
      1n << 63n,
      BigInt(random.below(1 << 30)),
      0xffn,
    ]);
    const address = /^p[xSsB]/.test(kind) ? number : { text: random.pick([0, 11, 42, 45, 46]) };
    args.push(isPointer ? address : number);
    if (random.below(3) === 0) format += random.pick(PLAIN.slice(0, 7));
  }
  if (random.below(20) === 0) args.push(5n);
  if (random.below(20) === 0) args.pop();
  return {
    format: format.slice(0, FORMAT_BYTES - 1),
    args,
    size: random.pick([0, 1, 2, 10, 30, OUT_BYTES, OUT_BYTES]),
  };
}

function specOf(calls: readonly Call[]): string {
  const lines = [
    `map out array 4 ${OUT_BYTES} 1 0`,
    `map text array 4 ${TEXT.length} 1 0`,
    `set text 00000000 ${TEXT.toString('hex')}`,
  ];
  const maps = ['out', 'text'];
  for (const [i, { format, args, size }] of calls.entries()) {
    maps.push(`f${i}`);
    const bytes = Buffer.alloc(FORMAT_BYTES);
    bytes.write(format, 'latin1');
    const store = args.map((arg, n) => {
      const value =
        typeof arg === 'bigint'
          ? `r1 = 0x${BigInt.asUintN(64, arg).toString(16)} ll`
          : `r1 = mapval[text]+${arg.text} ll`;
      return `${value}\n*(u64 *)(r10 - ${96 - 8 * n}) = r1`;
    });
    const body = [
      ...store,
      'r1 = mapval[out] ll',
      `r2 = ${size}`,
      `r3 = mapval[f${i}] ll`,
      'r4 = r10',
      'r4 += -96',
      `r5 = ${8 * args.length}`,
      'call snprintf',
      'exit',
    ];
    lines.push(
      `map f${i} array 4 ${FORMAT_BYTES} 1 128`,
      `set f${i} 00000000 ${bytes.toString('hex')}`,
      `freeze f${i}`,
      `set out 00000000 ${'ee'.repeat(OUT_BYTES)}`,
      `prog p${i} raw_tracepoint log=0`,
      insnsLine(assembleProg(body.join('\n'), maps).insns),
      'end',
      `run p${i} ctx=${'00'.repeat(8)} tag=p${i}`,
      'get out 00000000',
    );
  }
  return lines.join('\n');
}

/** Linux loses count of the arguments where what it has printed before (%pi4 and others) comes behind the end of the buffer. */
const PRINTED_BEFORE = /p[kuiIB]/;

/** A line a call: what it returned and wrote. A format that Linux refuses at load returns -EINVAL here. */
function results(calls: readonly Call[], answers: readonly OracleAnswer[]): string[] {
  const runs = answers.filter(({ op }) => op === 'run');
  const values = answers.filter(({ op, map }) => op === 'get' && map === 'out');
  const refused = new Set(
    answers.filter(({ op, verdict }) => op === 'prog' && verdict === 'rejected').map(({ name }) => name),
  );
  return calls.map((call, i) => {
    const run = runs[i]!;
    const ok = run.ok === true && !refused.has(`p${i}`);
    const retval = ok ? run.retval! | 0 : -EINVAL;
    const returned = retval > call.size && PRINTED_BEFORE.test(call.format) ? 'cut' : retval;
    return `${JSON.stringify(call, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v))}: ${returned} ${retval < 0 ? '' : values[i]!.value}`;
  });
}

test.skipIf(!hasTool('kernel'))(
  `bpf_snprintf prints ${FORMATS} random formats (seed ${SEED}) as the kernel does`,
  () => {
    const random = new Random(SEED);
    const calls = Array.from({ length: FORMATS }, () => randomCall(random));
    const spec = specOf(calls);
    const machine = results(calls, askMachine(spec));
    expect(machine.filter((line) => !line.includes(': -')).length).toBeGreaterThan(FORMATS / 2);
    expect(machine).toEqual(results(calls, askKernel(spec)));
  },
);

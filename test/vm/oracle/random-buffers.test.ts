// Random sequences of what programs and user space do with buffers, put to the machine and to the kernel of this machine: results and contents equal.
import { test } from 'vitest';
import { FUNC_BTF, FUNC_TYPE } from '../../support/btf.ts';
import { expectSame, progLines } from '../../support/same-answers.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { hasTool } from '../../support/tools.ts';

const withKernel = test.skipIf(!hasTool('kernel'));
const SEED = seedOf(20_251);
const CTX = `ctx=${'00'.repeat(8)}`;

/** Stores `size` bytes of a pattern that begins with `first` at r`reg`. */
function fill(reg: number, size: number, first: number): string {
  const lines: string[] = [];
  let at = 0;
  for (; at + 8 <= size; at += 8) lines.push(`*(u64 *)(r${reg} + ${at}) = ${first * 1000 + at}`);
  for (; at < size; at++) lines.push(`*(u8 *)(r${reg} + ${at}) = ${(first + at) & 0xff}`);
  return lines.join('\n');
}

/** A run of a program that is picked, with its name as the tag. */
const run = (name: string): string => `run ${name} ${CTX} tag=${name}`;

withKernel(`ring buffers, seed ${SEED}`, () => {
  const random = new Random(SEED);
  const progs: [string, string][] = [];
  for (const [i, size] of [0, 1, 7, 8, 24, 100, 248, 1000, 2040, 4080, 4088, 4089, 5000].entries()) {
    const reserve = `r1 = map[r] ll\nr2 = ${size}\nr3 = 0\ncall ringbuf_reserve\nif r0 == 0 goto full`;
    const full = 'full: r0 = 77\nexit';
    for (const end of ['submit', 'discard']) {
      const text = `${reserve}\nr6 = r0\n${fill(6, size, i)}\nr1 = r6\nr2 = ${i & 3}\ncall ringbuf_${end}\nr0 = 1\nexit\n${full}`;
      progs.push([`${end}${size}`, text]);
    }
    // Two records that are handed over in the other order.
    const two = `${reserve}\nr6 = r0\n${fill(6, size, i)}\nr1 = map[r] ll\nr2 = 16\nr3 = 0\ncall ringbuf_reserve\nif r0 == 0 goto one
      r7 = r0\n${fill(7, 16, 50)}\nr1 = r7\nr2 = 0\ncall ringbuf_submit\nr1 = r6\nr2 = 0\ncall ringbuf_discard\nr0 = 2\nexit
      one: r1 = r6\nr2 = 0\ncall ringbuf_submit\nr0 = 1\nexit\n${full}`;
    progs.push([`two${size}`, two]);
    if (size > 400) continue;
    const output = `r6 = r10\nr6 += -${8 * Math.ceil((size + 1) / 8)}\n${fill(6, Math.max(1, size), i)}\nr1 = map[r] ll\nr2 = r6\nr3 = ${size}\nr4 = ${i & 7}
      call ringbuf_output\nexit`;
    progs.push([`output${size}`, output]);
  }
  for (const what of [0, 1, 2, 3, 4])
    progs.push([`query${what}`, `r1 = map[r] ll\nr2 = ${what}\ncall ringbuf_query\nexit`]);
  const lines = ['map r ringbuf 0 0 4096'];
  for (const [name, text] of progs) lines.push(...progLines(name, 'raw_tracepoint', text, ['r']));
  for (let i = 0; i < 1500; i++) lines.push(random.below(4) === 0 ? 'consume r' : run(random.pick(progs)[0]));
  expectSame(lines);
});

withKernel(`records as dynptrs, seed ${SEED}`, () => {
  const random = new Random(SEED);
  const progs: [string, string][] = [];
  for (const size of [0, 1, 8, 24, 100, 1000, 4088, 0x1000000, 0x7fffffff]) {
    for (const flags of [0, 1]) {
      for (const end of ['submit', 'discard']) {
        const text = `r1 = map[r] ll\nr2 = ${size}\nr3 = ${flags}\nr4 = r10\nr4 += -16\ncall ringbuf_reserve_dynptr\nr8 = r0
          *(u64 *)(r10 - 24) = 0x1234567\nr1 = r10\nr1 += -16\nr2 = ${random.below(20)}\nr3 = r10\nr3 += -24\nr4 = ${1 + random.below(8)}\nr5 = 0
          call dynptr_write\nr8 *= 31\nr8 += r0
          r1 = r10\nr1 += -16\nr2 = 0\nr3 = 8\ncall dynptr_data\nif r0 == 0 goto none\n*(u64 *)(r0 + 0) = ${size}\nr8 += 5\nnone:
          r1 = r10\nr1 += -16\nr2 = ${flags}\ncall ringbuf_${end}_dynptr\nr0 = r8\nexit`;
        progs.push([`${end}${size}_${flags}`, text]);
      }
    }
  }
  const lines = ['map r ringbuf 0 0 4096'];
  for (const [name, text] of progs) lines.push(...progLines(name, 'raw_tracepoint', text, ['r']));
  for (const [name] of progs) lines.push(run(name));
  for (let i = 0; i < 300; i++) lines.push(run(random.pick(progs)[0]));
  // What was not written is left over from older records, and not the same on both sides: only the number of records is compared.
  expectSame(lines);
});

withKernel(`perf buffers, seed ${SEED}`, () => {
  const random = new Random(SEED);
  const progs: [string, string][] = [];
  // Sizes that need no padding: what stands in it is not the program's.
  for (const size of [4, 12, 20, 100, 252, 444]) {
    for (const flags of ['0xffffffff ll', '0', '1', '2', '5', '0x100000000 ll', '0x7fffffff']) {
      const text = `r9 = r1\nr6 = r10\nr6 += -448\n${fill(6, 448, size)}\nr1 = r9\nr2 = map[p] ll\nr3 = ${flags}\nr4 = r6\nr5 = ${size}
        call perf_event_output\nexit`;
      progs.push([`out${progs.length}`, text]);
    }
  }
  for (const flags of ['0xffffffff ll', '0', '1', '3', '9', '0x100000000 ll']) {
    progs.push([`read${progs.length}`, `r1 = map[p] ll\nr2 = ${flags}\ncall perf_event_read\nexit`]);
    const value = `r1 = map[p] ll\nr2 = ${flags}\nr3 = r10\nr3 += -24\nr4 = SIZE\ncall perf_event_read_value\nexit`;
    progs.push(
      [`value${progs.length}`, value.replace('SIZE', '24')],
      [`short${progs.length}`, value.replace('SIZE', '16')],
    );
  }
  const lines = ['pin 0', 'map p perf_event_array 4 4 4', 'perf p 0 1', 'perf p 1 2'];
  for (const [name, text] of progs) lines.push(...progLines(name, 'raw_tracepoint', text, ['p']));
  for (const [name] of progs) lines.push(run(name));
  const outs = progs.filter(([name]) => name.startsWith('out'));
  for (let i = 0; i < 1000; i++) lines.push(random.below(25) === 0 ? 'consume p' : run(random.pick(outs)[0]));
  lines.push(
    'unslot p 0',
    ...outs.map(([name]) => run(name)),
    'perf p 0 0',
    ...outs.map(([name]) => run(name)),
  );
  expectSame(lines);
});

withKernel(`queues, stacks and bloom filters, seed ${SEED}`, () => {
  const random = new Random(SEED);
  const kinds = ['queue', 'stack', 'bloom_filter'] as const;
  const progs: Record<(typeof kinds)[number], string[]> = { queue: [], stack: [], bloom_filter: [] };
  const lines = [
    'map queue queue 0 12 3',
    'map stack stack 0 12 3',
    'map bloom_filter bloom_filter 0 12 6 64 extra=2',
  ];
  for (const kind of kinds) {
    const call = (name: string, helper: string, value: number, flags: string): void => {
      const text = `r6 = r10\nr6 += -16\n${fill(6, 12, value)}\nr1 = map[${kind}] ll\nr2 = r6\nr3 = ${flags}\ncall map_${helper}_elem
        r1 = *(u64 *)(r6 + 0)\nr2 = *(u32 *)(r6 + 8)\nr0 *= 31\nr0 += r1\nr0 *= 31\nr0 += r2\nexit`;
      lines.push(...progLines(`${kind}_${name}`, 'raw_tracepoint', text, kinds));
      progs[kind].push(`${kind}_${name}`);
    };
    for (let value = 0; value < 8; value++) call(`push${value}`, 'push', value, '0');
    for (const flags of ['1', '2', '3', '4', '0x100000000 ll', '0x100000002 ll'])
      call(`push_${flags.slice(0, 11)}`, 'push', 9, flags);
    if (kind !== 'bloom_filter') call('pop', 'pop', 0, '0');
    for (let value = 0; value < 8; value++) call(`peek${value}`, 'peek', value, '0');
  }
  const bytes = (): string => Buffer.from(Uint32Array.of(random.below(40), 0, 5).buffer).toString('hex');
  for (let i = 0; i < 1500; i++) {
    const kind = random.pick(kinds);
    if (random.below(3) > 0) lines.push(run(random.pick(progs[kind])));
    else if (kind === 'bloom_filter')
      lines.push(random.below(6) === 0 ? `set ${kind} - ${bytes()}` : `asks ${kind} ${bytes()}`);
    else lines.push(random.pick([`set ${kind} - ${bytes()}`, `get ${kind} -`, `take ${kind} -`]));
  }
  expectSame(lines);
});

withKernel(`bloom filters of all sizes have the same false answers, seed ${SEED}`, () => {
  const random = new Random(SEED);
  const lines: string[] = [];
  for (const size of [1, 3, 4, 8, 11, 12, 13, 16, 24, 25, 40]) {
    for (const [entries, extra] of [
      [1, 1],
      [7, 0],
      [100, 15],
      [1000, 3],
    ] as const) {
      const map = `b${size}_${entries}`;
      lines.push(`map ${map} bloom_filter 0 ${size} ${entries} 64 extra=${extra}`);
      const value = (): string =>
        Buffer.from(Array.from({ length: size }, () => random.below(size === 1 ? 256 : 6))).toString('hex');
      for (let i = 0; i < 2 * Math.min(entries, 60); i++) lines.push(`set ${map} - ${value()}`);
      for (let i = 0; i < 60; i++) lines.push(`asks ${map} ${value()}`);
    }
  }
  expectSame(lines);
});

withKernel(`user ring buffers, seed ${SEED}`, () => {
  const random = new Random(SEED);
  const lines = ['map u user_ringbuf 0 0 4096', 'map sum array 4 8 2'];
  const drain = (name: string, flags: number, result: string): void => {
    // The callback sums sizes and bytes up, and stops at a record that begins with 0xff.
    const text = `r1 = map[u] ll\nr2 = each ll\nr3 = 0\nr4 = ${flags}\ncall user_ringbuf_drain\nexit
      each: r6 = r1\nr7 = 0\n*(u64 *)(r10 - 8) = 0\nr1 = r10\nr1 += -8\nr2 = 1\nr3 = r6\nr4 = 0\nr5 = 0\ncall dynptr_read\nr7 = r0
      *(u32 *)(r10 - 12) = 0\nr1 = map[sum] ll\nr2 = r10\nr2 += -12\ncall map_lookup_elem\nif r0 == 0 goto out
      r1 = *(u64 *)(r0 + 0)\nr1 *= 31\nr1 += r7\nr2 = *(u64 *)(r10 - 8)\nr1 += r2\n*(u64 *)(r0 + 0) = r1
      r1 = r6\nr2 = 8\nr3 = 8\ncall dynptr_data\nif r0 == 0 goto out\nr1 = *(u64 *)(r0 + 0)\n*(u64 *)(r0 + 0) = 1\nr8 = r1
      *(u32 *)(r10 - 12) = 1\nr1 = map[sum] ll\nr2 = r10\nr2 += -12\ncall map_lookup_elem\nif r0 == 0 goto out
      r1 = *(u64 *)(r0 + 0)\nr1 *= 31\nr1 += r8\n*(u64 *)(r0 + 0) = r1
      out: r0 = ${result}\nexit`;
    const [head, insns, end] = progLines(name, 'raw_tracepoint', text, ['u', 'sum']);
    const bytes = Buffer.from(insns!.replace(/insns| /g, ''), 'hex');
    const each = [...Array(bytes.length / 8).keys()].find((pc) => bytes.readUInt8(8 * pc) === 0x95)! + 1;
    lines.push(head!, insns!, `btf ${FUNC_BTF}`, `func 0 ${FUNC_TYPE}`, `func ${each} ${FUNC_TYPE}`, end!);
  };
  drain('all', 0, '0');
  drain('one', 1, '1');
  drain('bad', 8, '0');
  for (let i = 0; i < 600; i++) {
    const size = random.pick([0, 1, 7, 8, 16, 20, 100, 1000, 4088, 4089]);
    const bytes = Buffer.from(Array.from({ length: size }, () => random.below(256))).toString('hex');
    const how = random.pick(['', '', '', ' discard']);
    if (random.below(3) > 0) lines.push(`produce u ${bytes === '' ? '-' : bytes}${how}`);
    else lines.push(run(random.pick(['all', 'one', 'one', 'bad'])), 'dump sum');
  }
  lines.push('produce u 0102 busy', 'produce u 0304', run('all'), run('all'));
  expectSame(lines);
});

withKernel(`records of programs and of the packet behind them, seed ${SEED}`, () => {
  const random = new Random(SEED);
  const lines = ['pin 0', 'map p perf_event_array 4 4 4', 'perf p 0 2'];
  for (const [i, type] of ['sched_cls', 'xdp', 'socket_filter', 'cgroup_skb'].entries()) {
    for (let n = 0; n < 40; n++) {
      const size = random.below(40);
      // No padding: what stands in it is not the program's.
      const more =
        random.below(2) === 0 ? (8 - ((size + 4) % 8)) % 8 : 8 * random.below(9) + ((12 - (size % 8)) % 8);
      const flags = `0x${((BigInt(more) << 32n) | 0xffff_ffffn).toString(16)} ll`;
      const name = `p${i}_${n}`;
      const text = `r6 = r10\nr6 += -40\n${fill(6, 40, n)}\nr2 = map[p] ll\nr3 = ${flags}\nr4 = r6\nr5 = ${size}\ncall perf_event_output
        ${type === 'cgroup_skb' ? 'r0 &= 1' : ''}\nexit`;
      const data = `${'ff'.repeat(12)}0800${Array.from({ length: 50 }, (_, k) => (k + n).toString(16).padStart(2, '0')).join('')}`;
      lines.push(...progLines(name, type, text, ['p']), `run ${name} data=${data} tag=${type}`, 'consume p');
    }
  }
  expectSame(lines);
});

withKernel(`maps of where packets go, seed ${SEED}`, () => {
  const random = new Random(SEED);
  const kinds = ['devmap', 'devmap_hash', 'cpumap'] as const;
  const lines: string[] = [];
  for (const kind of kinds) lines.push(`map ${kind} ${kind} 4 8 3`);
  for (let i = 0; i < 400; i++) {
    const kind = random.pick(kinds);
    const key = Buffer.from(Uint32Array.of(random.below(5)).buffer).toString('hex');
    // Device 1 is the loopback device; others may not be there on a kernel.
    const first = kind === 'cpumap' ? random.pick([0, 1, 64, 16_384, 16_385]) : random.below(2);
    const value = Buffer.from(Uint32Array.of(first, random.pick([0, 0, 0xffff_ffff, 9999])).buffer).toString(
      'hex',
    );
    lines.push(
      random.pick([
        `set ${kind} ${key} ${value}`,
        `get ${kind} ${key}`,
        `unslot ${kind} ${random.below(5)}`,
        `dump ${kind}`,
      ]),
    );
  }
  expectSame(lines);
});

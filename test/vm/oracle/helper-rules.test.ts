// Rules of helpers, formats and test runs: the same spec goes to the machine and to the kernel of this machine, and they must agree.
import { test } from 'vitest';
import { expectSame, progLines } from '../../support/same-answers.ts';
import { hasTool } from '../../support/tools.ts';

const withKernel = test.skipIf(!hasTool('kernel'));

/** Formats, and how many arguments the call passes. */
const FORMATS = [
  'plain',
  'a\\n',
  '%d',
  '%i %u %x',
  '%X',
  '%ld %lu %lx',
  '%lld %lli %llu',
  '%llX',
  '%5d|%-5d|%05d',
  '%+d % d %+x',
  '%08llx',
  '%0-8d',
  '%20d%20d%20d',
  '%%',
  '%',
  '% ',
  '%d%',
  '%5%',
  '%.3d',
  '%*d',
  '%hd',
  '%llld',
  '%o',
  '%f',
  '%n',
  '%c',
  '%5c',
  '%-3c|',
  '%cc',
  '%s',
  '%10s|',
  '%-10s|',
  '%sx',
  '%s!',
  '%pks',
  '%pus',
  '%pksx',
  '%p',
  '%px',
  '%p!',
  '%pz',
  '%pI4',
  '%pi4',
  '%pI6',
  '%pi6',
  '%pI5',
  '%20px',
  '%px1200',
  '%pKx y',
  '%pI4port',
  '%20pI4',
  '%9pks',
  '%2000d',
  '%                                        d',
  '%s\\xa1',
  '%p\\xd7',
  '%s\\xc3',
  '%px\\xff!',
  '%d %d %d %d',
  '\\x80',
  '\\xc3\\xa9',
  '\\x01',
  '\\x7f',
  '%\\xc3',
] as const;

/** Bytes of a format as written above, NUL included, padded to words. */
function formatWords(format: string): bigint[] {
  const bytes = Buffer.from(
    format
      .replace(/\\x(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
      .replace(/\\n/g, '\n'),
    'latin1',
  );
  const padded = Buffer.alloc(8 * (Math.floor(bytes.length / 8) + 1));
  bytes.copy(padded);
  return Array.from({ length: padded.length / 8 }, (_, i) => padded.readBigUInt64LE(8 * i));
}

const frame = (type: string): string => `ffffffffffff020202020202${type}${'0123456789abcdef'.repeat(6)}`;

withKernel('trace_printk takes the same formats and returns the same lengths', () => {
  const lines: string[] = [];
  for (const [i, format] of FORMATS.entries()) {
    // An address is as long as the place where it lies: only where it is not printed as a number.
    const args = /[sp]/.test(format) ? ['0x41', '-2', 'r10'] : ['0x41', '-2'];
    for (const arg of args) {
      const words = formatWords(format);
      const size = 8 * words.length;
      const store = words
        .map((w, n) => `r1 = 0x${w.toString(16)} ll\n*(u64 *)(r10 - ${size - 8 * n}) = r1`)
        .join('\n');
      // Strings and addresses are read from a word of the stack: "AB".
      const text = `*(u64 *)(r10 - 64) = 0x4241\n${store}\nr1 = r10\nr1 += -${size}\nr2 = ${size}\nr3 = ${arg}\nr4 = ${arg}\nr5 = ${arg}
        ${arg === 'r10' ? 'r3 += -64\nr4 += -64\nr5 += -64' : ''}\ncall trace_printk\nexit`;
      const name = `f${i}_${lines.length}`;
      lines.push(...progLines(name, 'raw_tracepoint', text), `run ${name} ctx=${'00'.repeat(8)} tag=${name}`);
    }
  }
  expectSame(lines);
});

withKernel('the probe_read family answers the same for addresses that cannot be read', () => {
  const lines: string[] = [];
  for (const helper of [
    'probe_read',
    'probe_read_kernel',
    'probe_read_user',
    'probe_read_str',
    'probe_read_kernel_str',
    'probe_read_user_str',
  ]) {
    for (const [address, size] of [
      ['0', 8],
      ['0x1000', 8],
      ['0x100', 0],
      ['0x7fffffffe000 ll', 8],
      ['0x800000000000 ll', 8],
      ['0x0000900000000000 ll', 8],
    ] as const) {
      const name = `p${lines.length}`;
      // The buffer is full before: a failed read leaves zeroes in it.
      const text = `r1 = 0x1111111111111111 ll\n*(u64 *)(r10 - 8) = r1\nr1 = r10\nr1 += -8\nr2 = ${size}\nr3 = ${address}
        call ${helper}\nr1 = *(u64 *)(r10 - 8)\nr0 <<= 8\nr1 &= 0xff\nr0 |= r1\nexit`;
      lines.push(
        ...progLines(name, 'raw_tracepoint', text),
        `run ${name} ctx=${'00'.repeat(8)} tag=${helper}-${address}`,
      );
    }
    for (const size of [1, 2, 3, 8, 16]) {
      const name = `k${lines.length}`;
      const text = `r1 = 0x4443424144434241 ll\n*(u64 *)(r10 - 16) = r1\n*(u64 *)(r10 - 8) = 0x45\n*(u64 *)(r10 - 32) = -1
        *(u64 *)(r10 - 24) = -1\nr1 = r10\nr1 += -32\nr2 = ${size}\nr3 = r10\nr3 += -16\ncall ${helper}\nr1 = *(u64 *)(r10 - 32)
        r2 = *(u64 *)(r10 - 24)\nr0 *= 31\nr0 += r1\nr0 *= 31\nr0 += r2\nr1 = r0\nr1 >>= 32\nr0 ^= r1\nexit`;
      if (helper.includes('user')) continue; // the kernel's own stack is no user memory
      lines.push(
        ...progLines(name, 'raw_tracepoint', text),
        `run ${name} ctx=${'00'.repeat(8)} tag=${helper}-kernel-${size}`,
      );
    }
  }
  expectSame(lines);
});

withKernel('a socket filter reads the same ctx and packet', () => {
  const lines: string[] = [];
  const fields = [0, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 64, 68, 84, 164, 176];
  const ctx = Buffer.alloc(192);
  ctx.writeUInt32LE(0x1234, 8);
  ctx.writeUInt32LE(7, 32);
  ctx.writeUInt32LE(0xabcd, 48);
  for (const off of fields)
    lines.push(...progLines(`field${off}`, 'socket_filter', `r0 = *(u32 *)(r1 + ${off})\nexit`));
  for (const off of fields) {
    lines.push(`run field${off} data=${frame('0800')} ctx=${ctx.toString('hex')} tag=ip`);
    lines.push(`run field${off} data=${'00'.repeat(14)} tag=zeroes`);
  }
  const loads = [
    'skb[0]',
    'skb[9]',
    'skb[46]',
    'skb[47]',
    'skb[48]',
    'skb[100]',
    'skb[-1048576]',
    'skb[-2097152]',
    'skb[-2097140]',
    'skb[-1]',
    'skb[-3000000]',
    'skb[r7 + 2]',
    'skb[r7 - 4]',
  ];
  for (const size of ['u8', 'u16', 'u32']) {
    for (const place of loads) {
      const name = `load${lines.length}`;
      const text = `r6 = r1\nr7 = 3\nr0 = *(${size} *)${place}\nexit`;
      lines.push(
        ...progLines(name, 'socket_filter', text),
        `run ${name} data=${frame('0800')} tag=${size}-${place.replace(/ /g, '')}`,
      );
    }
  }
  for (const [type, bytes] of [
    ['0800', 19],
    ['0800', 20],
    ['86dd', 39],
    ['86dd', 40],
    ['88b5', 0],
  ] as const) {
    lines.push(`run field0 data=${'00'.repeat(12)}${type}${'00'.repeat(bytes)} tag=short${type}-${bytes}`);
  }
  for (const bytes of [0, 13, 14, 64])
    lines.push(`run field0 ${bytes === 0 ? '' : `data=${'00'.repeat(bytes)}`} tag=len${bytes}`);
  for (const at of [0, 4, 8, 12, 16, 24, 32, 36, 40, 44, 48, 67, 68, 72, 84, 152, 164, 176, 184]) {
    const set = Buffer.alloc(192);
    set[at] = 1;
    lines.push(`run field8 data=${frame('0800')} ctx=${set.toString('hex')} tag=set${at}`);
  }
  expectSame(lines);
});

withKernel('a raw tracepoint reads its arguments', () => {
  const lines: string[] = [];
  const args = Buffer.alloc(96, 0x5a).toString('hex');
  for (const off of [0, 8, 88]) {
    lines.push(
      ...progLines(`arg${off}`, 'raw_tracepoint', `r0 = *(u64 *)(r1 + ${off})\nexit`),
      `run arg${off} ctx=${args} tag=whole`,
    );
  }
  lines.push(
    `run arg0 ctx=${args} repeat=1 tag=repeat`,
    `run arg0 ctx=${args}00 tag=long`,
    `run arg0 ctx=${args} data=00 tag=data`,
  );
  lines.push(...progLines('kprobe', 'kprobe', 'r0 = 0\nexit'), 'run kprobe tag=kprobe');
  expectSame(lines);
});

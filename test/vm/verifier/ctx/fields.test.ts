// Loads and stores of every ctx, at each offset and of each size, beside the kernel of this machine: verdict, errno and log.
import { expect, test } from 'vitest';
import { PROG_TYPES, type ProgTypeName, type ProgTypeRow } from '../../../../vm/kernel/prog-types.ts';
import { hasTool } from '../../../support/tools.ts';
import { compareWithKernel, type Question } from '../../../support/verifier-matrix.ts';

/** Bytes to ask for, a few more than the ctx has; of the others as many as struct __sk_buff has. */
const BYTES: Readonly<Partial<Record<ProgTypeName, number>>> = {
  kprobe: 184,
  tracepoint: 48,
  perf_event: 208,
  xdp: 32,
  sock_ops: 232,
  cgroup_sock: 88,
  cgroup_sock_addr: 80,
  cgroup_device: 16,
  cgroup_sysctl: 16,
  cgroup_sockopt: 48,
  sk_msg: 88,
  sk_lookup: 80,
  sk_reuseport: 64,
  raw_tracepoint: 112,
  raw_tracepoint_writable: 112,
  syscall: 24,
  netfilter: 24,
};
const SKB_BYTES = 200;
/** Types that a function's arguments are the ctx of have a test of their own; the kernel may be built without lirc_mode2. */
const ELSEWHERE: ReadonlySet<string> = new Set(['tracing', 'lsm', 'struct_ops', 'ext', 'lirc_mode2']);
const SLEEPABLE = 16;
/** XDP programs may be for a device, a devmap or a cpumap. */
const XDP_ATTACH = [0, 33, 35, 37];

const TYPES = (Object.keys(PROG_TYPES) as ProgTypeName[]).filter((type) => !ELSEWHERE.has(type)); // the table's own keys

function questions(type: ProgTypeName): Question[] {
  const row: ProgTypeRow = PROG_TYPES[type];
  const attachTypes = type === 'xdp' ? XDP_ATTACH : (row.attach ?? [0]);
  const flags = type === 'syscall' ? SLEEPABLE : 0;
  return attachTypes.flatMap((attachType) =>
    texts(BYTES[type] ?? SKB_BYTES).map((text) => ({ type, text, attachType, flags })),
  );
}

/** Loads, sign extending loads and stores; of those that are not aligned a few. */
function texts(end: number): string[] {
  const all: string[] = [];
  for (const bytes of [1, 2, 4, 8]) {
    for (let off = 0; off < end; off++) {
      if (off % bytes !== 0 && off % 8 !== 1) continue;
      const place = (sign: string): string => `*(${sign}${8 * bytes} *)(r1 + ${off})`;
      all.push(`r2 = ${place('u')}\nr0 = 1\nexit`, `r0 = 1\n${place('u')} = r0\nexit`);
      if (bytes < 8) all.push(`r2 = ${place('s')}\nr0 = 1\nexit`);
    }
  }
  return all;
}

test.skipIf(!hasTool('kernel')).each(TYPES)('%s', { timeout: 60_000 }, (type) => {
  const { accepted, differences } = compareWithKernel(questions(type));
  expect(accepted).toBeGreaterThan(1);
  expect(differences).toEqual([]);
});

// Which fields of their ctx programs may load and store, by offset, size and program type: as the kernel of this machine says.
import { expect, test } from 'vitest';
import { assembleProg } from '../../../vm/index.ts';
import {
  KPROBE_CTX,
  MAX_FUNC_ARGS,
  PERF_EVENT_CTX,
  RAW_SYS_ENTER_CTX,
  rawArgsCtx,
} from '../../../vm/kernel/ctx-tracing.ts';
import { SK_BUFF, SK_BUFF_BYTES, XDP_MD, XDP_MD_BYTES } from '../../../vm/kernel/ctx-net.ts';
import { hasRight, type CtxField, type CtxLayout } from '../../../vm/kernel/ctx.ts';
import type { ProgTypeName } from '../../../vm/kernel/prog-types.ts';
import { askKernel, insnsLine } from '../../support/oracle.ts';
import { hasTool } from '../../support/tools.ts';

interface Access {
  readonly type: ProgTypeName;
  readonly off: number;
  readonly bytes: number;
  readonly store: boolean;
}

/** Types, their layouts, and the attach type under which all fields can be loaded. */
const SKB = { layout: SK_BUFF as CtxLayout, size: SK_BUFF_BYTES, attach: 0 };
const TYPES: readonly { type: ProgTypeName; layout: CtxLayout; size: number; attach: number }[] = [
  { type: 'socket_filter', ...SKB },
  { type: 'sched_cls', ...SKB },
  { type: 'sched_act', ...SKB },
  { type: 'cgroup_skb', ...SKB },
  { type: 'lwt_in', ...SKB },
  { type: 'lwt_out', ...SKB },
  { type: 'lwt_xmit', ...SKB },
  { type: 'lwt_seg6local', ...SKB },
  { type: 'sk_skb', ...SKB },
  { type: 'xdp', layout: XDP_MD, size: XDP_MD_BYTES, attach: 33 },
  { type: 'kprobe', layout: KPROBE_CTX, size: 200, attach: 0 },
  { type: 'perf_event', layout: PERF_EVENT_CTX, size: 200, attach: 0 },
  { type: 'raw_tracepoint', layout: rawArgsCtx(MAX_FUNC_ARGS), size: 120, attach: 0 },
  // The kernel does not know at load how long the ctx of a tracepoint is.
  { type: 'tracepoint', layout: RAW_SYS_ENTER_CTX, size: 64, attach: 0 },
];

function accesses(type: ProgTypeName, size: number): Access[] {
  const all: Access[] = [];
  for (const store of [false, true]) {
    for (const bytes of [1, 2, 4, 8]) {
      for (let off = 0; off < size; off += bytes) all.push({ type, off, bytes, store });
    }
  }
  return all;
}

/** What the tables say. */
function mayAccess(layout: CtxLayout, { type, off, bytes, store }: Access): boolean {
  const field = Object.values(layout).find((one) => off >= one.off && off + bytes <= one.off + one.size);
  return (
    field !== undefined && hasRight(store ? field.write : field.read, type) && fits(field, off, bytes, store)
  );
}

function fits(
  { off: start, size, element = size, narrow, kind }: CtxField,
  off: number,
  bytes: number,
  store: boolean,
): boolean {
  if (narrow === 'both') return true;
  const isWhole = bytes === element && (off - start) % element === 0;
  if (store || narrow === undefined || kind !== 'number') return isWhole;
  return bytes <= element;
}

const text = ({ off, bytes, store }: Access): string => {
  const place = `*(u${8 * bytes} *)(r1 + ${off})`;
  return store ? `r0 = 1\n${place} = r0\nexit` : `r2 = ${place}\nr0 = 1\nexit`;
};

const say = ({ type, off, bytes, store }: Access): string =>
  `${type}: ${store ? 'store' : 'load'} of ${bytes} at ${off}`;

test.skipIf(!hasTool('kernel'))('fields and rights are those of the kernel', { timeout: 30_000 }, () => {
  const all = TYPES.flatMap(({ type, size }) => accesses(type, size));
  const spec = all.flatMap((access, i) => [
    `prog a${i} ${access.type} log=0 attach=${TYPES.find(({ type }) => type === access.type)!.attach}`,
    insnsLine(assembleProg(text(access)).insns),
    'end',
    `closeprog a${i}`,
  ]);
  const answers = askKernel(['nodump', ...spec].join('\n')).filter(({ op }) => op === 'prog');
  const kernel = all.filter((_, i) => answers[i]!.verdict === 'accepted').map(say);
  const layoutOf = (name: string): CtxLayout => TYPES.find(({ type }) => type === name)!.layout;
  expect(kernel.length).toBeGreaterThan(100);
  expect(all.filter((access) => mayAccess(layoutOf(access.type), access)).map(say)).toEqual(kernel);
});

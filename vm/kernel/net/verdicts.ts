// What the results of programs on packets mean: the kernel's word for each, and whether the packet goes on.
// @see include/uapi/linux/bpf.h enum xdp_action; include/uapi/linux/pkt_cls.h; net/core/dev.c sch_handle_ingress, tcx_action_code;
// net/sched/cls_bpf.c cls_bpf_exec_opcode; net/sched/act_bpf.c tcf_bpf_act

/** `pass`: it goes on, and the rest of the chain is left out; `next`: the next program decides; `end`: nobody sees it any more. */
type Way = 'pass' | 'next' | 'end';

export interface Verdict {
  readonly word: string;
  readonly way: Way;
}

/** A chain of programs that all must let a packet pass, as libxdp makes one of the single program that Linux has at a device. */
const XDP: readonly Verdict[] = [
  { word: 'XDP_ABORTED', way: 'end' },
  { word: 'XDP_DROP', way: 'end' },
  { word: 'XDP_PASS', way: 'next' },
  { word: 'XDP_TX', way: 'end' },
  { word: 'XDP_REDIRECT', way: 'end' },
];

/** Of a classifier with direct-action; results that it does not know are TC_ACT_UNSPEC. */
const TC: ReadonlyMap<number, Verdict> = new Map<number, Verdict>([
  [-1, { word: 'TC_ACT_UNSPEC', way: 'next' }],
  [0, { word: 'TC_ACT_OK', way: 'pass' }],
  [2, { word: 'TC_ACT_SHOT', way: 'end' }],
  [4, { word: 'TC_ACT_STOLEN', way: 'end' }],
  [7, { word: 'TC_ACT_REDIRECT', way: 'end' }],
  [8, { word: 'TC_ACT_TRAP', way: 'end' }],
]);

/** Of an action, that others may stand behind. */
const TC_ACTION: ReadonlyMap<number, Verdict> = new Map<number, Verdict>([
  [-1, { word: 'TC_ACT_UNSPEC', way: 'next' }],
  [0, { word: 'TC_ACT_OK', way: 'pass' }],
  [1, { word: 'TC_ACT_RECLASSIFY', way: 'pass' }],
  [2, { word: 'TC_ACT_SHOT', way: 'end' }],
  [3, { word: 'TC_ACT_PIPE', way: 'next' }],
  [7, { word: 'TC_ACT_REDIRECT', way: 'end' }],
]);

const TCX: ReadonlyMap<number, Verdict> = new Map<number, Verdict>([
  [-1, { word: 'TCX_NEXT', way: 'next' }],
  [0, { word: 'TCX_PASS', way: 'pass' }],
  [2, { word: 'TCX_DROP', way: 'end' }],
  [7, { word: 'TCX_REDIRECT', way: 'end' }],
]);

/** A run that was stopped: its packet goes no further. */
export const FAULTED: Verdict = { word: 'fault', way: 'end' };

/** What an XDP program said. The kernel drops a packet of which it said nothing that is known. */
export function xdpVerdict(result: number): Verdict {
  return XDP[result >>> 0] ?? { word: `XDP_ABORTED, as ${result >>> 0} is no action`, way: 'end' };
}

export type TcKind = 'tcx' | 'classifier' | 'action';
const TABLES = { tcx: TCX, classifier: TC, action: TC_ACTION } as const satisfies Record<
  TcKind,
  ReadonlyMap<number, Verdict>
>;

/** What a program of tc said. */
export function tcVerdict(kind: TcKind, result: number): Verdict {
  const table = TABLES[kind];
  const known = table.get(result | 0);
  if (known !== undefined) return known;
  return { word: `${table.get(-1)!.word}, as ${result | 0} is no action`, way: 'next' };
}

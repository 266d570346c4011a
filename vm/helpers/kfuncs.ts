// Kernel functions that programs can call (call src 2): by name and BTF id. The ids are our own: a loader puts them into the insns, as it does with
// those of a real kernel's BTF.

/** A kernel function. */
export interface KfuncRow {
  /** imm of the call. */
  readonly id: number;
  readonly summary: string;
}

// oxfmt-ignore
export const KFUNCS = {
  bpf_rcu_read_lock:   { id: 1, summary: 'begins a section in which RCU pointers stay valid' },
  bpf_rcu_read_unlock: { id: 2, summary: 'ends it' },
} as const satisfies Record<string, KfuncRow>;
export type KfuncName = keyof typeof KFUNCS;

const NAMES: ReadonlyMap<number, KfuncName> = new Map(
  Object.entries(KFUNCS).map(([name, row]) => [row.id, name as KfuncName]), // the keys of the table
);

/** Name of the kernel function with a BTF id, undefined for an id that is none. */
export function kfuncName(id: number): KfuncName | undefined {
  return NAMES.get(id);
}

/** The row of a kernel function by its name, undefined for a name that is none here. */
export function kfuncRow(name: string): KfuncRow | undefined {
  return Object.hasOwn(KFUNCS, name) ? KFUNCS[name as KfuncName] : undefined; // hasOwn has just checked the name
}

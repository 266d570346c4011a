// The vocabulary of helper and kfunc arguments and results: the kernel's enum bpf_arg_type and bpf_return_type in lower case, without ARG_ and
// RET_. What stands behind a colon narrows a word: 'ptr_to_btf_id:task_struct', 'ptr_to_fixed_size_mem:20', 'ptr_to_dynptr:ringbuf'.
// @see include/linux/bpf.h enum bpf_arg_type, enum bpf_return_type, enum bpf_type_flag
import type { ProgTypeName } from '../kernel/prog-types.ts';

/** What an argument must be. */
export interface ArgRow {
  readonly kind: ArgKind;
  /** A null pointer, or a register that is known to be 0, is taken too. */
  readonly orNull?: true;
  /** Of pointers: what the callee does with the memory. Default: it reads. */
  readonly access?: 'write' | 'read-write';
  /** Nothing needs to stand there before the call. */
  readonly uninit?: true;
  /** Bytes, where the word says them. */
  readonly bytes?: number;
  /** A size: 0 is taken too. */
  readonly orZero?: true;
}

/** `mem` is followed by its size, unless the row or the word says it; `size` belongs to the memory before it. */
export type ArgKind =
  | 'anything'
  | 'scalar'
  | 'const_scalar'
  | 'ctx'
  | 'map'
  | 'map_key'
  | 'map_value'
  | 'mem'
  | 'size'
  | 'alloc_size'
  | 'spin_lock'
  | 'timer'
  | 'func'
  | 'stack'
  | 'const_str'
  | 'dynptr'
  | 'ringbuf_mem'
  | 'kptr_slot'
  | 'btf_id'
  | 'percpu_btf_id'
  | 'sock_common'
  | 'socket'
  | 'iter'
  | 'list_head'
  | 'list_node'
  | 'rb_root'
  | 'rb_node'
  | 'object'
  | 'irq_flag'
  | 'res_spin_lock'
  | 'workqueue'
  | 'task_work'
  | 'ignored';

// oxfmt-ignore
export const ARG_TYPES = {
  anything:                          { kind: 'anything' }, // a pointer too: the callee takes it as a number
  ptr_to_ctx:                        { kind: 'ctx' },
  ptr_to_ctx_or_null:                { kind: 'ctx', orNull: true },
  const_map_ptr:                     { kind: 'map' },
  ptr_to_map_key:                    { kind: 'map_key' },
  ptr_to_map_value:                  { kind: 'map_value' },
  ptr_to_map_value_or_null:          { kind: 'map_value', orNull: true },
  ptr_to_uninit_map_value:           { kind: 'map_value', access: 'write', uninit: true },
  ptr_to_mem:                        { kind: 'mem' },
  ptr_to_mem_or_null:                { kind: 'mem', orNull: true },
  ptr_to_uninit_mem:                 { kind: 'mem', access: 'write', uninit: true },
  ptr_to_write_mem:                  { kind: 'mem', access: 'read-write' },
  ptr_to_write_mem_or_null:          { kind: 'mem', access: 'read-write', orNull: true },
  ptr_to_fixed_size_mem:             { kind: 'mem' },
  ptr_to_long:                       { kind: 'mem', access: 'write', uninit: true, bytes: 8 },
  ptr_to_int:                        { kind: 'mem', access: 'read-write', bytes: 4 },
  const_size:                        { kind: 'size' },
  const_size_or_zero:                { kind: 'size', orZero: true },
  const_alloc_size_or_zero:          { kind: 'alloc_size', orZero: true },
  ptr_to_spin_lock:                  { kind: 'spin_lock', access: 'read-write' },
  ptr_to_timer:                      { kind: 'timer', access: 'read-write' },
  ptr_to_func:                       { kind: 'func' },
  ptr_to_stack_or_null:              { kind: 'stack', orNull: true },
  ptr_to_const_str:                  { kind: 'const_str' },
  ptr_to_dynptr:                     { kind: 'dynptr' },
  ptr_to_dynptr_or_null:             { kind: 'dynptr', orNull: true },
  ptr_to_uninit_dynptr:              { kind: 'dynptr', access: 'write', uninit: true },
  ptr_to_ringbuf_mem:                { kind: 'ringbuf_mem' },
  kptr_xchg_dest:                    { kind: 'kptr_slot', access: 'read-write' },
  ptr_to_btf_id:                     { kind: 'btf_id' },
  ptr_to_btf_id_or_null:             { kind: 'btf_id', orNull: true },
  ptr_to_percpu_btf_id:              { kind: 'percpu_btf_id' },
  ptr_to_sock_common:                { kind: 'sock_common' },
  ptr_to_btf_id_sock_common:         { kind: 'sock_common' },
  ptr_to_btf_id_sock_common_or_null: { kind: 'sock_common', orNull: true },
  ptr_to_socket_or_null:             { kind: 'socket', orNull: true },
  // Of kernel functions only: what their parameters' names and types ask for.
  scalar:                            { kind: 'scalar' },
  const_scalar:                      { kind: 'const_scalar' },
  ptr_to_iter:                       { kind: 'iter', access: 'read-write' },
  ptr_to_uninit_iter:                { kind: 'iter', access: 'write', uninit: true },
  ptr_to_list_head:                  { kind: 'list_head', access: 'read-write' },
  ptr_to_list_node:                  { kind: 'list_node', access: 'read-write' },
  ptr_to_rb_root:                    { kind: 'rb_root', access: 'read-write' },
  ptr_to_rb_node:                    { kind: 'rb_node', access: 'read-write' },
  ptr_to_alloc_obj:                  { kind: 'object', access: 'read-write' },
  ptr_to_refcounted_obj:             { kind: 'object', access: 'read-write' },
  ptr_to_irq_flag:                   { kind: 'irq_flag', access: 'read-write' },
  ptr_to_uninit_irq_flag:            { kind: 'irq_flag', access: 'write', uninit: true },
  ptr_to_res_spin_lock:              { kind: 'res_spin_lock', access: 'read-write' },
  ptr_to_workqueue:                  { kind: 'workqueue', access: 'read-write' },
  ptr_to_task_work:                  { kind: 'task_work', access: 'read-write' },
  ignored:                           { kind: 'ignored' }, // by the verifier: it need not even be set
} as const satisfies Record<string, ArgRow>;
export type ArgName = keyof typeof ARG_TYPES;

/** An argument as the tables write it. */
export type HelperArg =
  | ArgName
  | `ptr_to_btf_id:${string}`
  | `ptr_to_btf_id_or_null:${string}`
  | `ptr_to_fixed_size_mem:${number}`
  | `ptr_to_dynptr:${'local' | 'ringbuf'}`
  | `ptr_to_uninit_dynptr:${'local' | 'ringbuf' | 'skb' | 'skb_meta' | 'xdp'}`
  | `ptr_to_iter:${string}`
  | `ptr_to_uninit_iter:${string}`;

/** What stands in r0 after the call. `integer` covers the -errno convention; after `void` r0 is not readable. */
export type HelperRet =
  | 'integer'
  | 'void'
  | 'ptr_to_map_value'
  | 'ptr_to_map_value_or_null'
  | 'ptr_to_mem'
  | 'ptr_to_mem_or_null'
  | `ptr_to_mem:${number}`
  | `ptr_to_mem_or_null:${number}`
  | 'ptr_to_ringbuf_mem_or_null'
  | 'ptr_to_mem_or_btf_id'
  | 'ptr_to_mem_or_btf_id_or_null'
  | 'ptr_to_socket_or_null'
  | 'ptr_to_tcp_sock_or_null'
  | 'ptr_to_sock_common_or_null'
  | 'ptr_to_btf_id_or_null'
  | 'ptr_to_alloc_obj_or_null'
  | 'ptr_to_list_node_or_null'
  | 'ptr_to_rb_node_or_null'
  | `ptr_to_btf_id:${string}`
  | `ptr_to_btf_id_or_null:${string}`;

/** Other arguments in programs of some types. */
export interface ArgsIn {
  readonly types: readonly ProgTypeName[];
  readonly args: readonly HelperArg[];
}

/** What is known of a call, be it of a helper or of a kernel function. It has `summary`, or else `refused`. */
export interface CallRow {
  /** imm of the call. */
  readonly id: number;
  /** Why the machine does not run it, so that programs that call it are not loaded. The verifier knows it all the same. */
  readonly refused?: string;
  /** r1, r2, ... as far as it has arguments. */
  readonly args?: readonly HelperArg[];
  readonly ret?: HelperRet;
  /** Which program types may call it; every type where absent. */
  readonly progTypes?: readonly ProgTypeName[];
  /** Types whose programs give other arguments, and which. */
  readonly argsIn?: readonly ArgsIn[];
  /** Expected attach types, by program type, of programs that may call it; every one where absent. */
  readonly attachIn?: Readonly<Partial<Record<ProgTypeName, readonly number[]>>>;
  /** Names of what such programs are for, or of structs of functions; every one where absent. */
  readonly targetsIn?: Readonly<Partial<Record<ProgTypeName, readonly string[]>>>;
  /** Only programs that may sleep may call it. */
  readonly mightSleep?: true;
  /** The result must be given back before the program ends. */
  readonly acquires?: true;
  /** Register whose reference the call gives back. */
  readonly releases?: number;
  /** Pointers into the packet are not valid behind the call. */
  readonly changesPacket?: true;
  /** Keeps r1 to r5, so that the verifier takes spills around it out; but not in programs of the types in `slowIn`. */
  readonly fastcall?: true;
  readonly slowIn?: readonly ProgTypeName[];
  /** Calls the function that it is given: before it returns, or after the program. */
  readonly callback?: 'now' | 'later';
  readonly summary?: string;
}

/** Names of the rows that are not refused. */
export type Supported<Table> = {
  [Name in keyof Table]: Table[Name] extends { readonly refused: string } ? never : Name;
}[keyof Table];

/** The row of an argument, and what stands behind its colon: a struct's name, a number of bytes, the kind of a dynptr. */
export function argRow(arg: HelperArg): { readonly row: ArgRow; readonly detail: string | undefined } {
  const [name, detail] = arg.split(':', 2);
  const row: ArgRow = ARG_TYPES[name as ArgName]; // HelperArg admits the table's names only
  return { row: name === 'ptr_to_fixed_size_mem' ? { ...row, bytes: Number(detail) } : row, detail };
}

/** The arguments that programs of a type give: r1, r2, ... */
export function argsFor({ args = [], argsIn }: CallRow, type: ProgTypeName): readonly HelperArg[] {
  return argsIn?.find(({ types }) => types.includes(type))?.args ?? args;
}

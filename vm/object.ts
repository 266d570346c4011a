// What a loader yields: specs of maps and programs, nothing run yet. The assembler makes them from text, vm/elf from objects that clang made.
import type { Btf } from './btf/btf.ts';

/** A map to create. `type` is the kernel's name in lower case without BPF_MAP_TYPE_: 'hash', 'prog_array'. */
export interface MapSpec {
  readonly name: string;
  /** What a kernel calls it, where that is another name: 'syscount.rodata' for the section .rodata. At most 15 characters. */
  readonly kernelName?: string;
  readonly type: string;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  /** BPF_F_* bits. */
  readonly flags: number;
  /** map_extra: of a bloom_filter the number of hash functions. */
  readonly extra?: number;
  /** Of array_of_maps and hash_of_maps: what each inner map is like. */
  readonly inner?: MapSpec;
  /** Fields of the value that only the kernel writes, as the value's BTF type tells them; by offset. Absent: nothing tells what type values have. */
  readonly fields?: readonly ValueField[];
  /** What the value with key 0 holds at first: global data. At most valueSize bytes. */
  readonly data?: Uint8Array;
  /** User space may not write it once it is filled: .rodata. */
  readonly frozen?: true;
  /** Types of key and value in `ObjectSpec.types`; of global data the DATASEC is the value's. 0 or absent: unknown. */
  readonly keyType?: number;
  readonly valueType?: number;
  /** Of buffers: the type of their records in `ObjectSpec.types`, where the object says it. */
  readonly recordType?: number;
  /** LIBBPF_PIN_BY_NAME: loaders share the map with others under its name. Told, and nothing else: a machine has no file system. */
  readonly pinned?: true;
}

/** Kinds of fields that programs reach through helpers only, and their size in bytes. @see include/linux/bpf.h enum btf_field_type */
// oxfmt-ignore
export const VALUE_FIELDS = {
  spin_lock:     { bytes: 4,  type: 'struct bpf_spin_lock' },
  res_spin_lock: { bytes: 4,  type: 'struct bpf_res_spin_lock' },
  timer:         { bytes: 16, type: 'struct bpf_timer' },
  workqueue:     { bytes: 16, type: 'struct bpf_wq' },
  task_work:     { bytes: 8,  type: 'struct bpf_task_work' },
  kptr:          { bytes: 8,  type: 'a pointer tagged __kptr' },
  kptr_untrusted:{ bytes: 8,  type: 'a pointer tagged __kptr_untrusted' },
  kptr_percpu:   { bytes: 8,  type: 'a pointer tagged __percpu_kptr' },
  list_head:     { bytes: 16, type: 'struct bpf_list_head' },
  list_node:     { bytes: 24, type: 'struct bpf_list_node' },
  rb_root:       { bytes: 16, type: 'struct bpf_rb_root' },
  rb_node:       { bytes: 32, type: 'struct bpf_rb_node' },
  refcount:      { bytes: 4,  type: 'struct bpf_refcount' },
} as const satisfies Record<string, { bytes: number; type: string }>;
export type ValueFieldKind = keyof typeof VALUE_FIELDS;

/** One such field. */
export interface ValueField {
  readonly kind: ValueFieldKind;
  /** Bytes from the start of the value. */
  readonly off: number;
  /** Of kptr: the struct it points at, 'task_struct'; of list_head and rb_root: 'struct:member' of its nodes. */
  readonly target?: string;
}

/** A reference from a wide insn to a map of the same object. */
export interface MapReloc {
  /** pc (8-byte slots) of the ld_imm64. */
  readonly pc: number;
  readonly map: string;
  /** Present when the insn wants the address of the value (src 2) and not of the map (src 1). */
  readonly valueOff?: number;
}

/** A type of objects in memory. Types are the same when they are the same JavaScript object. */
export interface ObjectType {
  /** What programs call it by in bpf_obj_new: the id in their own BTF. */
  readonly id: number;
  readonly name: string;
  readonly bytes: number;
  /** Fields that programs reach through helpers only, by offset. */
  readonly fields?: readonly ValueField[];
  /** Programs may not store into such objects. */
  readonly isReadonly?: true;
}

/** What BTF says of a function of the program: func_info of BPF_PROG_LOAD. */
export interface FuncInfo {
  /** pc of its first insn. */
  readonly pc: number;
  readonly name: string;
  /** A global function is verified on its own, for all arguments of its types. */
  readonly linkage: 'static' | 'global';
  /** Id of its BTF_KIND_FUNC in the program's BTF; absent: a function of assembly text, which returns an int and takes whatever it is given. */
  readonly typeId?: number;
}

/** What BTF says of a line: line_info of BPF_PROG_LOAD. It holds up to the next entry. */
export interface LineInfo {
  readonly pc: number;
  readonly file: string;
  /** The line's text, as it stands in the source. */
  readonly text: string;
  /** From 1; 0 unknown. */
  readonly line: number;
  readonly column: number;
}

/** An insn that asked the kernel's types for what they do not have: it is refused when the verifier comes to it. */
export interface PoisonedInsn {
  readonly pc: number;
  /** What was asked for, as libbpf writes it: '<byte_off> [16] struct task_struct.__state (0:1 @ offset 24)'. */
  readonly asked: string;
  /** Why there is no answer, in a sentence. */
  readonly why: string;
  /** It calls a weak function that the kernel does not have; `asked` is the function. */
  readonly isExtern?: true;
}

/** A program to load. */
export interface ProgSpec {
  readonly name: string;
  /** Section as libbpf spells it: 'kprobe/__seccomp_filter', 'raw_tp/sys_enter'; says type and hook. */
  readonly section: string;
  /** The kernel's name in lower case without BPF_PROG_TYPE_: 'kprobe', 'raw_tracepoint', 'socket_filter'. */
  readonly type: string;
  /** Insns, 8 bytes each, little endian. */
  readonly insns: Uint8Array;
  readonly relocs: readonly MapReloc[];
  /** Line of the source text of each pc, 0 unknown; empty when there is no source. */
  readonly lines: readonly number[];
  /** BPF_F_* of the load: sleepable, frags. Default 0. */
  readonly flags?: number;
  /** expected_attach_type; default 0. */
  readonly attachType?: number;
  /** Types of the objects that it makes. */
  readonly objects?: readonly ObjectType[];
  /** Its functions by pc; absent or empty: nothing is known of them, as for an object without BTF. */
  readonly funcs?: readonly FuncInfo[];
  /** Its source lines by pc, as BTF tells them. */
  readonly sourceLines?: readonly LineInfo[];
  /** Its insns that CO-RE found no answer for. */
  readonly poisoned?: readonly PoisonedInsn[];
  /** Section '?...': it is loaded only when it is asked for by name. */
  readonly optional?: true;
}

/** A prog-array slot to fill after loading. */
export interface SlotSpec {
  readonly map: string;
  readonly index: number;
  readonly prog: string;
}

/** A slot of an array_of_maps or hash_of_maps to fill after loading. */
export interface InnerMapSpec {
  readonly map: string;
  readonly key: Uint8Array;
  readonly inner: string;
}

/** One object: what `bpftool prog loadall` would take. */
export interface ObjectSpec {
  readonly name: string;
  readonly license: string;
  readonly maps: readonly MapSpec[];
  readonly progs: readonly ProgSpec[];
  readonly slots: readonly SlotSpec[];
  readonly inners?: readonly InnerMapSpec[];
  /** The object's own types: of maps, global data, functions. */
  readonly types?: Btf;
  /** KERN_VERSION of the section 'version', as objects of 2015 have it. */
  readonly version?: number;
}

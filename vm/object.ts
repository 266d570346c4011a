// What a loader yields: specs of maps and programs, nothing run yet. The assembler makes them now, the ELF loader later.

/** A map to create. `type` is the kernel's name in lower case without BPF_MAP_TYPE_: 'hash', 'prog_array'. */
export interface MapSpec {
  readonly name: string;
  readonly type: string;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  /** BPF_F_* bits. */
  readonly flags: number;
}

/** A reference from a wide insn to a map of the same object. */
export interface MapReloc {
  /** pc (8-byte slots) of the ld_imm64. */
  readonly pc: number;
  readonly map: string;
  /** Present when the insn wants the address of the value (src 2) and not of the map (src 1). */
  readonly valueOff?: number;
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
}

/** A prog-array slot to fill after loading. */
export interface SlotSpec {
  readonly map: string;
  readonly index: number;
  readonly prog: string;
}

/** One object: what `bpftool prog loadall` would take. */
export interface ObjectSpec {
  readonly name: string;
  readonly license: string;
  readonly maps: readonly MapSpec[];
  readonly progs: readonly ProgSpec[];
  readonly slots: readonly SlotSpec[];
}

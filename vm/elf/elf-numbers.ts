// The numbers of ELF that objects of BPF use. @see include/uapi/linux/elf.h, llvm/include/llvm/BinaryFormat/ELF.h

/** e_machine; objects of the first LLVM with BPF have none. */
export const MACHINES = { none: 0, bpf: 247 } as const;

/** sh_type. */
export const SECTION_TYPES = {
  null: 0,
  progbits: 1,
  symtab: 2,
  strtab: 3,
  rela: 4,
  nobits: 8,
  rel: 9,
  symtab_shndx: 18,
  llvm_addrsig: 0x6fff_4c03,
} as const satisfies Record<string, number>;

/** sh_flags, bits. */
export const SECTION_FLAGS = { write: 1, alloc: 2, execinstr: 4 } as const satisfies Record<string, number>;

/** st_shndx with a meaning of its own. */
export const SECTION_INDICES = {
  undef: 0,
  loreserve: 0xff00,
  abs: 0xfff1,
  common: 0xfff2,
  xindex: 0xffff,
} as const;

/** Upper half of st_info. */
export const BINDINGS = { local: 0, global: 1, weak: 2 } as const;

/** Lower half of st_info. */
export const SYMBOL_TYPES = { notype: 0, object: 1, func: 2, section: 3, file: 4 } as const;

/** Lowest two bits of st_other. */
export const VISIBILITIES = { default: 0, internal: 1, hidden: 2, protected: 3 } as const;

// The eBPF instruction set as tables: every number of the encoding stands here and nowhere else.
//
//      byte 0      byte 1        bytes 2-3     bytes 4-7
//    +--------+------+------+-------------+---------------------------+
//    | opcode | src  | dst  |     off     |            imm            |   one slot, little endian; src is the high nibble
//    +--------+------+------+-------------+---------------------------+
//
//    opcode of alu, alu64, jmp, jmp32:  [ operation : 4 ][ source : 1 ][ class : 3 ]
//    opcode of ld, ldx, st, stx:        [ mode : 3 ][ size : 2 ][ class : 3 ]
//
// `since` is the ISA version in which a row came (clang's -mcpu=v1 to v4); 5 marks what Linux added after RFC 9669.
// Source of all rows: RFC 9669 sections 4 and 5, and include/uapi/linux/bpf.h for rows of version 5.

/** Highest register number a program may name: r10, the frame pointer. */
export const MAX_REG = 10;
/** The frame pointer: may be read, never written. */
export const FRAME_REG = 10;
/** Bytes of one slot. */
export const SLOT_BYTES = 8;

/** Bits of the opcode: the class; the operation of alu and jmp classes; the mode of the load and store classes. */
export const CLASS_BITS = 0x07;
export const OPERATION_BITS = 0xf0;
export const MODE_BITS = 0xe0;

/** Insn classes: the low three bits of the opcode. `width` where the class fixes one. */
// oxfmt-ignore
export const CLASSES = {
  ld:    { code: 0x00 },
  ldx:   { code: 0x01 },
  st:    { code: 0x02 },
  stx:   { code: 0x03 },
  alu:   { code: 0x04 },
  jmp:   { code: 0x05 },
  jmp32: { code: 0x06 },
  alu64: { code: 0x07 },
} as const satisfies Record<string, { code: number }>;
export type ClassName = keyof typeof CLASSES;

/** Where the second operand of alu and jmp classes comes from: bit 3 of the opcode. */
export const SOURCES = {
  imm: { code: 0x00 },
  reg: { code: 0x08 },
} as const satisfies Record<string, { code: number }>;
export type SourceName = keyof typeof SOURCES;

/** Addressing modes of the load and store classes. */
// oxfmt-ignore
export const MODES = {
  imm:    { code: 0x00, since: 1 },
  abs:    { code: 0x20, since: 1 },
  ind:    { code: 0x40, since: 1 },
  mem:    { code: 0x60, since: 1 },
  memsx:  { code: 0x80, since: 4 },
  atomic: { code: 0xc0, since: 1 },
} as const satisfies Record<string, { code: number; since: number }>;

/** Access sizes. `unsigned` and `signed` are the C types as printed. */
// oxfmt-ignore
export const SIZES = {
  w:  { code: 0x00, bytes: 4, unsigned: 'u32', signed: 's32' },
  h:  { code: 0x08, bytes: 2, unsigned: 'u16', signed: 's16' },
  b:  { code: 0x10, bytes: 1, unsigned: 'u8',  signed: 's8'  },
  dw: { code: 0x18, bytes: 8, unsigned: 'u64', signed: 's64' },
} as const satisfies Record<string, { code: number; bytes: 1 | 2 | 4 | 8; unsigned: string; signed: string }>;
export type SizeName = keyof typeof SIZES;

/** Two-operand arithmetic, 32 and 64 bit. `off` is fixed: it tells the signed division and modulo from the unsigned. */
// oxfmt-ignore
export const ALU = {
  add:  { code: 0x00, off: 0, sign: '+=',   since: 1 },
  sub:  { code: 0x10, off: 0, sign: '-=',   since: 1 },
  mul:  { code: 0x20, off: 0, sign: '*=',   since: 1 },
  div:  { code: 0x30, off: 0, sign: '/=',   since: 1 },
  sdiv: { code: 0x30, off: 1, sign: 's/=',  since: 4 },
  or:   { code: 0x40, off: 0, sign: '|=',   since: 1 },
  and:  { code: 0x50, off: 0, sign: '&=',   since: 1 },
  lsh:  { code: 0x60, off: 0, sign: '<<=',  since: 1 },
  rsh:  { code: 0x70, off: 0, sign: '>>=',  since: 1 },
  mod:  { code: 0x90, off: 0, sign: '%=',   since: 1 },
  smod: { code: 0x90, off: 1, sign: 's%=',  since: 4 },
  xor:  { code: 0xa0, off: 0, sign: '^=',   since: 1 },
  mov:  { code: 0xb0, off: 0, sign: '=',    since: 1 },
  arsh: { code: 0xc0, off: 0, sign: 's>>=', since: 1 },
} as const satisfies Record<string, { code: number; off: number; sign: string; since: number }>;
export type AluName = keyof typeof ALU;

/** Operation bits of the one-operand insns of the alu classes. */
export const UNARY = {
  neg: { code: 0x80, since: 1 },
  end: { code: 0xd0, since: 1 },
} as const satisfies Record<string, { code: number; since: number }>;

/** Moves with sign extension: a mov whose off is the number of bits that are kept. */
export const MOVSX = {
  movsx8: { off: 8, cast: 's8', since: 4 },
  movsx16: { off: 16, cast: 's16', since: 4 },
  movsx32: { off: 32, cast: 's32', since: 4 },
} as const satisfies Record<string, { off: 8 | 16 | 32; cast: string; since: number }>;
export type MovsxName = keyof typeof MOVSX;

/** Byte swaps: imm is the width in bits. le and be convert from host order, bswap always swaps. */
// oxfmt-ignore
export const SWAPS = {
  le:    { cls: 'alu',   source: 'imm', since: 1 },
  be:    { cls: 'alu',   source: 'reg', since: 1 },
  bswap: { cls: 'alu64', source: 'imm', since: 4 },
} as const satisfies Record<string, { cls: ClassName; source: SourceName; since: number }>;
export type SwapName = keyof typeof SWAPS;

/** Conditional jumps; 64-bit compare in class jmp, 32-bit (since v3) in jmp32. */
// oxfmt-ignore
export const JMP = {
  jeq:  { code: 0x10, sign: '==',  since: 1 },
  jgt:  { code: 0x20, sign: '>',   since: 1 },
  jge:  { code: 0x30, sign: '>=',  since: 1 },
  jset: { code: 0x40, sign: '&',   since: 1 },
  jne:  { code: 0x50, sign: '!=',  since: 1 },
  jsgt: { code: 0x60, sign: 's>',  since: 1 },
  jsge: { code: 0x70, sign: 's>=', since: 1 },
  jlt:  { code: 0xa0, sign: '<',   since: 2 },
  jle:  { code: 0xb0, sign: '<=',  since: 2 },
  jslt: { code: 0xc0, sign: 's<',  since: 2 },
  jsle: { code: 0xd0, sign: 's<=', since: 2 },
} as const satisfies Record<string, { code: number; sign: string; since: number }>;
export type JmpName = keyof typeof JMP;

/**
 * Jumps without a condition. `to` is the field that says where: a distance in slots from the next insn, or (`dst`) a register that holds the
 * address of an insn. may_goto jumps once it has been passed too often.
 */
// oxfmt-ignore
export const GOTOS = {
  goto:     { code: 0x00, cls: 'jmp',   source: 'imm', to: 'off', since: 1 },
  gotol:    { code: 0x00, cls: 'jmp32', source: 'imm', to: 'imm', since: 4 },
  may_goto: { code: 0xe0, cls: 'jmp',   source: 'imm', to: 'off', since: 5 },
  /** Jump tables, from Linux 6.19: to those before it an unknown opcode. */
  gotox:    { code: 0x00, cls: 'jmp',   source: 'reg', to: 'dst', since: 5 },
} as const satisfies Record<string, { code: number; cls: ClassName; source: SourceName; to: 'off' | 'imm' | 'dst'; since: number }>;
export type GotoName = keyof typeof GOTOS;

/** Calls: src says what imm (for `reg`: the dst field) names. */
// oxfmt-ignore
export const CALLS = {
  helper:  { code: 0x80, source: 'imm', src: 0, since: 1 },
  subprog: { code: 0x80, source: 'imm', src: 1, since: 1 },
  kfunc:   { code: 0x80, source: 'imm', src: 2, since: 4 },
  /** Encoded by clang, run by no Linux: there it is an unknown opcode. */
  reg:     { code: 0x80, source: 'reg', src: 0, since: 5 },
} as const satisfies Record<string, { code: number; source: SourceName; src: number; since: number }>;
export type CallName = keyof typeof CALLS;

/** Operation bits of exit. */
export const EXIT = { code: 0x90, since: 1 } as const;

/**
 * Atomic read-modify-write on 4 or 8 bytes; the operation is in imm. `sign` is printed by the forms that return nothing,
 * `call` by those that leave the old value in a register (src; r0 for cmpxchg).
 */
// oxfmt-ignore
export const ATOMICS = {
  add:       { imm: 0x00, form: 'lock',    sign: '+=', since: 1 },
  or:        { imm: 0x40, form: 'lock',    sign: '|=', since: 3 },
  and:       { imm: 0x50, form: 'lock',    sign: '&=', since: 3 },
  xor:       { imm: 0xa0, form: 'lock',    sign: '^=', since: 3 },
  fetch_add: { imm: 0x01, form: 'fetch',   call: 'add', since: 3 },
  fetch_or:  { imm: 0x41, form: 'fetch',   call: 'or',  since: 3 },
  fetch_and: { imm: 0x51, form: 'fetch',   call: 'and', since: 3 },
  fetch_xor: { imm: 0xa1, form: 'fetch',   call: 'xor', since: 3 },
  xchg:      { imm: 0xe1, form: 'xchg',    call: 'xchg', since: 3 },
  cmpxchg:   { imm: 0xf1, form: 'cmpxchg', call: 'cmpxchg', since: 3 },
} as const satisfies Record<string, { imm: number; since: number } & ({ form: 'lock'; sign: string } | { form: 'fetch' | 'xchg' | 'cmpxchg'; call: string })>;
export type AtomicName = keyof typeof ATOMICS;

/**
 * Ordered accesses, of any size: the mode is that of the atomics, and imm tells them apart. A load goes from src to dst, a store from src to dst.
 * @see Documentation/bpf/standardization/instruction-set.rst, atomic operations
 */
// oxfmt-ignore
export const ORDERED = {
  load_acquire:  { imm: 0x100, kind: 'acquire', since: 5 },
  store_release: { imm: 0x110, kind: 'release', since: 5 },
} as const satisfies Record<string, { imm: number; kind: 'acquire' | 'release'; since: number }>;
export type OrderedName = keyof typeof ORDERED;

/** A move between the address spaces of an arena: `off` marks it, imm has the new one in its upper half and the old one in its lower. */
export const ADDR_SPACE_CAST = { off: 1, since: 5 } as const;

/** What the 64-bit immediate of a wide insn means: src. `hi` says that imm of the second slot is used too. */
// oxfmt-ignore
export const WIDES = {
  imm64:         { src: 0, hi: true,  since: 1, summary: 'the 64-bit number hi:imm' },
  map_fd:        { src: 1, hi: false, since: 1, summary: 'the map whose fd is imm' },
  map_value:     { src: 2, hi: true,  since: 1, summary: 'the value of the map whose fd is imm, plus hi bytes' },
  btf_id:        { src: 3, hi: true,  since: 1, summary: 'the kernel variable with BTF id imm, of the BTF object hi' },
  func:          { src: 4, hi: false, since: 1, summary: 'the subprogram imm slots from the next insn' },
  map_idx:       { src: 5, hi: false, since: 1, summary: 'the map at position imm of fd_array' },
  map_idx_value: { src: 6, hi: true,  since: 1, summary: 'the value of the map at position imm of fd_array, plus hi bytes' },
} as const satisfies Record<string, { src: number; hi: boolean; since: number; summary: string }>;
export type WideName = keyof typeof WIDES;

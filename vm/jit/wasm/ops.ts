// Instructions of WebAssembly that the JIT emits: their names in the text format (with _ for .) and their bytes.
// @see WebAssembly core specification, section 5.4

/** What has no immediate. */
// oxfmt-ignore
export const PLAIN = {
  unreachable: 0x00, nop: 0x01, return: 0x0f, drop: 0x1a, select: 0x1b,
  i32_eqz: 0x45, i32_eq: 0x46, i32_ne: 0x47, i32_lt_s: 0x48, i32_lt_u: 0x49, i32_gt_s: 0x4a, i32_gt_u: 0x4b, i32_le_s: 0x4c, i32_le_u: 0x4d, i32_ge_s: 0x4e, i32_ge_u: 0x4f,
  i64_eqz: 0x50, i64_eq: 0x51, i64_ne: 0x52, i64_lt_s: 0x53, i64_lt_u: 0x54, i64_gt_s: 0x55, i64_gt_u: 0x56, i64_le_s: 0x57, i64_le_u: 0x58, i64_ge_s: 0x59, i64_ge_u: 0x5a,
  f64_eq: 0x61, f64_ne: 0x62, f64_lt: 0x63, f64_gt: 0x64, f64_le: 0x65, f64_ge: 0x66,
  i32_clz: 0x67, i32_ctz: 0x68, i32_popcnt: 0x69, i32_add: 0x6a, i32_sub: 0x6b, i32_mul: 0x6c, i32_div_s: 0x6d, i32_div_u: 0x6e, i32_rem_s: 0x6f, i32_rem_u: 0x70,
  i32_and: 0x71, i32_or: 0x72, i32_xor: 0x73, i32_shl: 0x74, i32_shr_s: 0x75, i32_shr_u: 0x76, i32_rotl: 0x77, i32_rotr: 0x78,
  i64_clz: 0x79, i64_ctz: 0x7a, i64_popcnt: 0x7b, i64_add: 0x7c, i64_sub: 0x7d, i64_mul: 0x7e, i64_div_s: 0x7f, i64_div_u: 0x80, i64_rem_s: 0x81, i64_rem_u: 0x82,
  i64_and: 0x83, i64_or: 0x84, i64_xor: 0x85, i64_shl: 0x86, i64_shr_s: 0x87, i64_shr_u: 0x88, i64_rotl: 0x89, i64_rotr: 0x8a,
  f64_add: 0xa0, f64_sub: 0xa1, f64_mul: 0xa2, f64_div: 0xa3, f64_max: 0xa5, f64_floor: 0x9c,
  i32_wrap_i64: 0xa7, i64_extend_i32_s: 0xac, i64_extend_i32_u: 0xad, i64_trunc_f64_u: 0xb1,
  f64_convert_i32_s: 0xb7, f64_convert_i32_u: 0xb8, f64_convert_i64_s: 0xb9, f64_convert_i64_u: 0xba, i64_reinterpret_f64: 0xbd, f64_reinterpret_i64: 0xbf,
  i32_extend8_s: 0xc0, i32_extend16_s: 0xc1, i64_extend8_s: 0xc2, i64_extend16_s: 0xc3, i64_extend32_s: 0xc4,
} as const satisfies Record<string, number>;
export type PlainOp = keyof typeof PLAIN;

/** Comparisons that give 1 where another gives 0, and 0 where it gives 1. Those of f64 have none: NaN is neither less nor more. */
// oxfmt-ignore
export const OPPOSITES = {
  i32_eq: 'i32_ne', i32_ne: 'i32_eq', i32_lt_s: 'i32_ge_s', i32_ge_s: 'i32_lt_s', i32_gt_s: 'i32_le_s', i32_le_s: 'i32_gt_s',
  i32_lt_u: 'i32_ge_u', i32_ge_u: 'i32_lt_u', i32_gt_u: 'i32_le_u', i32_le_u: 'i32_gt_u',
  i64_eq: 'i64_ne', i64_ne: 'i64_eq', i64_lt_s: 'i64_ge_s', i64_ge_s: 'i64_lt_s', i64_gt_s: 'i64_le_s', i64_le_s: 'i64_gt_s',
  i64_lt_u: 'i64_ge_u', i64_ge_u: 'i64_lt_u', i64_gt_u: 'i64_le_u', i64_le_u: 'i64_gt_u',
  f64_eq: 'f64_ne', f64_ne: 'f64_eq',
} as const satisfies Partial<Record<PlainOp, PlainOp>>;

/** Loads and stores: a byte of alignment (log2; it is a hint, and 0 here) and an offset follow. */
// oxfmt-ignore
export const MEMORY = {
  i32_load: 0x28, i64_load: 0x29, f64_load: 0x2b,
  i32_load8_s: 0x2c, i32_load8_u: 0x2d, i32_load16_s: 0x2e, i32_load16_u: 0x2f,
  i64_load8_s: 0x30, i64_load8_u: 0x31, i64_load16_s: 0x32, i64_load16_u: 0x33, i64_load32_s: 0x34, i64_load32_u: 0x35,
  i32_store: 0x36, i64_store: 0x37, f64_store: 0x39,
  i32_store8: 0x3a, i32_store16: 0x3b, i64_store8: 0x3c, i64_store16: 0x3d, i64_store32: 0x3e,
} as const satisfies Record<string, number>;
export type MemoryOp = keyof typeof MEMORY;

/** What takes other immediates; CodeWriter has a method for each. */
// oxfmt-ignore
export const SPECIAL = {
  block: 0x02, loop: 0x03, if: 0x04, else: 0x05, end: 0x0b, br: 0x0c, br_if: 0x0d, br_table: 0x0e,
  call: 0x10, call_indirect: 0x11, return_call: 0x12, return_call_indirect: 0x13,
  local_get: 0x20, local_set: 0x21, local_tee: 0x22,
  i32_const: 0x41, i64_const: 0x42, f64_const: 0x44,
} as const satisfies Record<string, number>;
export type SpecialOp = keyof typeof SPECIAL;

/** Behind the byte 0xfc: bulk memory. */
export const BULK = { memory_copy: 10, memory_fill: 11 } as const satisfies Record<string, number>;
export const BULK_PREFIX = 0xfc;

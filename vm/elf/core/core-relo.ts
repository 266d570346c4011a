// CO-RE relocations as objects hold them.

interface CoreKindRow {
  readonly number: number;
  /** As libbpf's messages call it. @see tools/lib/bpf/relo_core.c core_relo_kind_str */
  readonly word: string;
  readonly subject: 'field' | 'type' | 'enumval';
  readonly summary: string;
}

/** What is asked of the kernel's types, by the number in the object. @see enum bpf_core_relo_kind */
// oxfmt-ignore
export const CORE_KINDS = {
  field_byte_offset: { number: 0,  word: 'byte_off',        subject: 'field',     summary: 'bytes from the start of the struct' },
  field_byte_size:   { number: 1,  word: 'byte_sz',         subject: 'field',     summary: 'bytes of the field' },
  field_exists:      { number: 2,  word: 'field_exists',    subject: 'field',     summary: '1 when there is such a field' },
  field_signed:      { number: 3,  word: 'signed',          subject: 'field',     summary: '1 when the field is signed' },
  field_lshift_u64:  { number: 4,  word: 'lshift_u64',      subject: 'field',     summary: 'bits that a bit field is shifted to the left by, once it is loaded' },
  field_rshift_u64:  { number: 5,  word: 'rshift_u64',      subject: 'field',     summary: 'bits that it is shifted back by' },
  type_id_local:     { number: 6,  word: 'local_type_id',   subject: 'type',      summary: 'id of the type in the object' },
  type_id_target:    { number: 7,  word: 'target_type_id',  subject: 'type',      summary: 'id of the type in the kernel' },
  type_exists:       { number: 8,  word: 'type_exists',     subject: 'type',      summary: '1 when there is such a type' },
  type_size:         { number: 9,  word: 'type_size',       subject: 'type',      summary: 'bytes of the type' },
  enumval_exists:    { number: 10, word: 'enumval_exists',  subject: 'enumval',   summary: '1 when there is such an enumerator' },
  enumval_value:     { number: 11, word: 'enumval_value',   subject: 'enumval',   summary: 'value of the enumerator' },
  type_matches:      { number: 12, word: 'type_matches',    subject: 'type',      summary: '1 when there is a type of the same shape' },
} as const satisfies Record<string, CoreKindRow>;
export type CoreKind = keyof typeof CORE_KINDS;

/** One relocation. */
export interface CoreRelo {
  /** Of the insn, from the start of the function that it stands in. */
  readonly pc: number;
  readonly kind: CoreKind;
  /** The root type, in the object's own types. */
  readonly typeId: number;
  /** '0:1:2': indices of members and elements from the root on; of an enumerator its index; '0' for a type. */
  readonly access: string;
}

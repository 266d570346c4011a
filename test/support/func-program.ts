// Programs of two functions with BTF: the main one calls the other.
import { BtfBuilder, type TypeTables } from '../../vm/btf/build.ts';
import { assembleProg } from '../../vm/asm/assemble.ts';
import type { FuncInfo } from '../../vm/object.ts';
import type { Question } from './verifier-matrix.ts';

const TYPES: TypeTables = {
  structs: {
    small: { bytes: 16, members: { a: [0, 'u64'], b: [8, 'int'] } },
    __sk_buff: { bytes: 192, members: { len: [0, 'u32'] } },
    sk_buff: { bytes: 8, members: { len: [0, 'u32'] } },
    xdp_md: { bytes: 24, members: { data: [0, 'u32'] } },
    pt_regs: { bytes: 8, members: { x: [0, 'u64'] } },
    task_struct: { bytes: 8, members: { x: [0, 'u64'] } },
    task_struct___mine: { bytes: 8, members: { x: [0, 'u64'] } },
    nowhere_to_be_found: { bytes: 8, members: { x: [0, 'u64'] } },
    bpf_dynptr: { bytes: 16, members: { x: [0, 'u64'], y: [8, 'u64'] } },
  },
  typedefs: {
    u32: 'unsigned int',
    u64: 'long long unsigned int',
    number_t: 'int',
    skb_t: 'struct __sk_buff',
    bpf_user_pt_regs_t: 'struct pt_regs',
  },
};

/** A function. */
export interface Func {
  readonly name: string;
  readonly linkage: 'static' | 'global';
  readonly ret?: string;
  readonly params: readonly string[];
  /** By parameter. */
  readonly tags?: readonly (readonly string[])[];
}

const MAIN: Func = { name: 'main', linkage: 'global', params: ['void *'] };

/** A program whose main function is `before`, a call of `callee` and `exit`; the callee's insns are `body`. */
export function askFunction(
  head: Omit<Question, 'text'>,
  callee: Func,
  before: string,
  body: string,
  main: Func = MAIN,
): Question {
  const builder = new BtfBuilder('prog');
  builder.add(TYPES);
  const ids = [main, callee].map((func) => funcType(builder, func));
  const start = assembleProg(`${before}\ncall get_prandom_u32\nr0 = 0\nexit`).insns.length / 8;
  const funcs = [main, callee].map(({ name, linkage }, i): FuncInfo => {
    return { pc: i * start, name, linkage, typeId: ids[i]! };
  });
  const text = `${before}\ncall callee\nr0 = 0\nexit\ncallee:\n${body}`;
  return { ...head, text, types: builder.build(), funcs };
}

function funcType(builder: BtfBuilder, { name, linkage, ret = 'int', params, tags = [] }: Func): number {
  const list = params.map((type, i) => ({ name: `a${i}`, type: builder.type(type) }));
  const type = builder.push({ kind: 'func_proto', ret: builder.type(ret), params: list });
  const id = builder.push({ kind: 'func', name, type, linkage });
  for (const [component, names] of tags.entries()) {
    for (const tag of names)
      builder.push({ kind: 'decl_tag', name: tag, type: id, component, isAttribute: false });
  }
  return id;
}

// Variables and functions of the kernel that wide insns name by their types.
import type { Btf } from '../../btf/btf.ts';
import { isFromTables } from '../../btf/kernel-types.ts';
import { isStruct, nameOf, plainType, sizeOf } from '../../btf/query.ts';
import type { Env } from '../env.ts';
import { FLAGS, makeReg, withReg, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';

/** Where variables lie that each CPU has its own of. */
const PERCPU_SECTION = '.data..percpu';

/** True where the kernel's types tell of its variables. Those of the machine's own do not: it has none. */
export function hasSymbols({ input: { kernel } }: Env): boolean {
  return !isFromTables(kernel);
}

/** What a wide insn with the id of a symbol loads. Refuses an id that is none. @see check_pseudo_btf_id */
export function symbolReg(env: Env, id: number): Reg {
  const { kernel } = env.input;
  if (id < 0 || id >= kernel.count) refuse(env, 'symbol-unknown', [], id);
  const record = kernel.type(id);
  if (record.kind === 'func') return withReg(makeReg('mem'), { flags: FLAGS.rdonly });
  if (record.kind !== 'var') refuse(env, 'symbol-kind', [], id);
  const btf = { btf: kernel, id: record.type };
  if (isPercpu(kernel, id)) return withReg(makeReg('btf_id'), { flags: FLAGS.percpu, btf });
  const type = plainType(kernel, record.type);
  if (isStruct(type)) return withReg(makeReg('btf_id'), { btf });
  const memBytes = sizeOf(kernel, record.type);
  if (memBytes === undefined) refuse(env, 'symbol-size', [], nameOf(type));
  return withReg(makeReg('mem'), { flags: FLAGS.rdonly, memBytes });
}

function isPercpu(kernel: Btf, id: number): boolean {
  const section = kernel.find('datasec', PERCPU_SECTION);
  const record = section === undefined ? undefined : kernel.type(section);
  return record?.kind === 'datasec' && record.vars.some(({ type }) => type === id);
}

// How an insn gets at memory: bare, or by asking the engine.
import { OP_LIST } from '../../isa/ops.ts';
import type { ProgTypeName } from '../../kernel/prog-types.ts';
import { FLAGS, type RegType } from '../../verifier/reg.ts';
import type { FuncWriter } from './func-writer.ts';
import { ctxAccess, type CtxAccess } from './ctx-fields.ts';

/** bare: the memory itself. reach: the engine says where. load: the engine loads. The others: fields of a ctx, see `CtxAccess`. */
export type Access = 'bare' | 'reach' | 'load' | CtxAccess;

/** Pointers that the verifier follows to memory of the program, of maps or of the packet. What lies behind others, the engine looks up. */
const PLAIN: ReadonlySet<RegType> = new Set(['stack', 'map_value', 'map_key', 'pkt', 'pkt_meta', 'mem']);
/** Memory that is the kernel's, or the user's. */
const FOREIGN = FLAGS.untrusted | FLAGS.user | FLAGS.percpu;
/** How the running insn, which reads or writes `bytes` bytes at `off`, gets there. A load of 4 bytes may find an address, which only the engine knows. */
export function accessOf(f: FuncWriter, off: number, bytes: number, write: boolean): Access {
  if (f.mode === 'trusted') return 'bare';
  const slow = !write && bytes === 4 && !isSigned(f) ? 'load' : 'reach';
  const facts = f.prog.known?.facts[f.pc];
  if (f.mode === 'checked' || facts?.pointer === undefined) return slow;
  const { pointer, pointerFlags = 0 } = facts;
  if (pointer === 'ctx') {
    const { type } = f.prog;
    const way = ctxAccess(type as ProgTypeName, off, bytes, write); // loaded programs are of the table's types
    return way === 'odd' ? slow : way;
  }
  return PLAIN.has(pointer) && (pointerFlags & FOREIGN) === 0 ? 'bare' : slow;
}

function isSigned(f: FuncWriter): boolean {
  const op = OP_LIST[f.prog.code.op[f.pc]!];
  return op?.kind === 'load' && op.signed;
}

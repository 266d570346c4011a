// How an insn gets at memory: bare, or by asking the engine.
import { SIZES } from '../../isa/opcodes.ts';
import { OP_LIST } from '../../isa/ops.ts';
import type { ProgTypeName } from '../../kernel/prog-types.ts';
import { FLAGS, type RegType } from '../../verifier/reg.ts';
import type { KernelProg } from '../../kernel/prog.ts';
import { ctxAccess, type CtxAccess } from './ctx-fields.ts';
import type { TranslateMode } from './options.ts';

/** How an insn that loads or stores gets there. bare: the memory itself. reach: the engine says where. load: the engine loads. The others: fields of a ctx, see `CtxAccess`. */
export type Access = 'bare' | 'reach' | 'load' | CtxAccess;

/** Pointers that the verifier follows to memory of the program, of maps or of the packet. What lies behind others, the engine looks up. */
const PLAIN: ReadonlySet<RegType> = new Set(['stack', 'map_value', 'map_key', 'pkt', 'pkt_meta', 'mem']);
/** Memory that is the kernel's, or the user's. */
const FOREIGN = FLAGS.untrusted | FLAGS.user | FLAGS.percpu;
/** A load of 4 bytes may find an address, which only the engine knows. `write`: of stores and atomics. */
export function accessOf(prog: KernelProg, mode: TranslateMode, pc: number, write: boolean): Access {
  if (mode === 'trusted') return 'bare';
  const op = OP_LIST[prog.code.op[pc]!]!;
  const { bytes } = SIZES['size' in op ? op.size : 'dw'];
  const slow = !write && bytes === 4 && !(op.kind === 'load' && op.signed) ? 'load' : 'reach';
  const facts = prog.known?.facts[pc];
  if (mode === 'checked' || facts?.pointer === undefined) return slow;
  const { pointer, pointerFlags = 0 } = facts;
  if (pointer === 'ctx') {
    const { type } = prog;
    const off = prog.code.off[pc]!;
    const way = ctxAccess(type as ProgTypeName, off, bytes, write); // loaded programs are of the table's types
    return way === 'odd' ? slow : way;
  }
  return PLAIN.has(pointer) && (pointerFlags & FOREIGN) === 0 ? 'bare' : slow;
}

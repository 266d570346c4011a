// Reads of kernel memory, in place: of what the event shows and is known. All other memory is left to JavaScript: the kernel's own structures are made when
// somebody reads them, and user memory is asked for.
import { BYTES_FREE } from '../../interp/reach.ts';
import { ADDRESS_HIGH } from '../../memory/linear.ts';
import type { CallContext, Inline } from './call.ts';
import { moveFunction, moveKnown } from './copy.ts';
import { writeIsReadable } from './readable.ts';

export const PROBE_INLINE = {
  probe_read: read, // of an address of the kernel
  probe_read_kernel: read,
} as const satisfies Record<string, Inline>;

function read(call: CallContext): boolean {
  const known = call.constant(2);
  if (known !== undefined && (known === 0n || known > BYTES_FREE)) return false;
  const { code, regs } = call;
  const to = call.scratch('i32', 0);
  const from = call.scratch('i32', 1);
  const size = call.scratch('i32', 2);
  const isReadable = call.runtime('rt:readable', writeIsReadable);

  if (known === undefined) code.get(regs[2]!).op('i32_wrap_i64').set(size);
  else code.i32(Number(known)).set(size);
  code.block().block();
  code.get(regs[3]!).i64(32).op('i64_shr_s').i64(ADDRESS_HIGH).op('i64_ne').brIf(0);
  if (known === undefined) {
    // Nothing is read, or it costs insns.
    code.get(size).i32(1).op('i32_sub').i32(BYTES_FREE).op('i32_ge_u').brIf(0);
  }
  code.get(regs[3]!).op('i32_wrap_i64').tee(from).get(size).call(isReadable).op('i32_eqz').brIf(0);
  code.get(regs[1]!).op('i32_wrap_i64').set(to);
  if (known === undefined) code.get(to).get(from).get(size).call(moveFunction(call));
  else moveKnown(call, { local: to, off: 0 }, { local: from, off: 0 }, Number(known));
  code.i64(0).set(regs[0]!).br(1).end();
  call.callHelper();
  code.end();
  call.note('read of the event');
  return true;
}

// The call of a subprogram, and how insns are counted across it.
import { subName } from '../unit.ts';
import type { FuncWriter } from './func-writer.ts';

/** Calls the subprogram that begins at `first`: r1 to r5 and the end of its frame are on the stack, r0 is then. */
export function callSub(f: FuncWriter, first: number): void {
  const { code, prog, unit } = f;
  const name = subName(prog, first);
  if (unit.subs.get(first)!.kind === 'jumping') {
    f.saveInsns();
    code.call(name);
    f.readInsns();
  } else {
    f.pushCounted();
    code.call(name);
    f.setCounted();
  }
}

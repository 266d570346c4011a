// Helpers and kernel functions that Linux has and Tailscope does not run.
import { kfuncRun } from '../helpers/kfunc-run.ts';
import { kfuncName, kfuncRow } from '../helpers/kfuncs.ts';
import { isImplemented } from '../helpers/run.ts';
import { helperName, helperRow } from '../helpers/table.ts';
import { readSlot, type Slot } from '../isa/insn.ts';
import { SLOT_BYTES } from '../isa/opcodes.ts';
import { OPS } from '../isa/ops.ts';
import { LoadError } from '../load-error.ts';

/** Throws LoadError for a call that the machine cannot make, with the reason. Calls of what no kernel has are left to the verifier. */
export function checkSupported(prog: string, insns: Uint8Array): void {
  for (let pc = 0; pc < Math.floor(insns.length / SLOT_BYTES); pc++) {
    const missing = missingAt(readSlot(insns, pc));
    if (missing !== undefined) throw new LoadError('unsupported', prog, missing, { pc });
  }
}

function missingAt({ opcode, src, imm }: Slot): string | undefined {
  if (opcode !== OPS.call_helper.opcode) return undefined;
  if (src === OPS.call_helper.fixed.src) {
    const name = helperName(imm);
    if (name === undefined || isImplemented(name)) return undefined;
    return `helper bpf_${name}#${imm} is not available here: ${helperRow(name).refused ?? 'it is left out'}`;
  }
  if (src !== OPS.call_kfunc.fixed.src) return undefined;
  const name = kfuncName(imm);
  if (name === undefined || kfuncRun(name) !== undefined) return undefined;
  return `${name} is not available here: ${kfuncRow(name)?.refused ?? 'it is left out'}`;
}

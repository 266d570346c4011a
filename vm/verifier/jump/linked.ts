// Linked numbers: registers and slots that hold the same number, or one some way from it. What a comparison tells of one it tells of all.
import type { Env } from '../env.ts';
import { numberReg, unlinked } from '../alu/number-reg.ts';
import type { Linked, Reg } from '../reg.ts';
import { aluScalar } from '../scalar-alu.ts';
import { constScalar } from '../scalar.ts';
import { isSpill, type LinkedPlace, type State } from '../state.ts';

/** So many places are kept together; the others lose their link. @see LINKED_REGS_MAX */
const LIMIT_PLACES = 6;

/**
 * Appends the places of the running state whose number has this id: registers that are still read, and spilled ones, from the running frame
 * outwards. @see collect_linked_regs
 */
export function collectLinked(env: Env, id: number, places: LinkedPlace[]): void {
  const { frames } = env.state;
  for (let i = frames.length - 1; i >= 0; i--) {
    const { regs, stack } = frames[i]!;
    const live = env.facts[frames[i + 1]?.callsite ?? env.pc]?.liveRegs ?? 0;
    for (let n = 0; n < 10; n++) {
      const reg = regs[n]!;
      if (reg.id !== id || reg.type !== 'scalar' || (live & (1 << n)) === 0) continue;
      if (places.length < LIMIT_PLACES) places.push({ frame: i, reg: n });
      else regs[n] = unlinked(reg);
    }
    for (let n = 0; n < stack.length; n++) {
      const slot = stack[n]!;
      if (slot.reg.id !== id || slot.reg.type !== 'scalar' || !isSpill(slot)) continue;
      if (places.length < LIMIT_PLACES) places.push({ frame: i, slot: n });
      else stack[n] = { kinds: slot.kinds, reg: unlinked(slot.reg) };
    }
  }
}

/** Tells the places what is known of register `n` of the running frame. @see sync_linked_regs */
export function syncLinked(state: State, n: number, places: readonly LinkedPlace[]): void {
  const running = state.frames.length - 1;
  const known = state.frame.regs[n]!;
  for (const place of places) {
    const { regs, stack } = state.frames[place.frame]!;
    if ('reg' in place) {
      if (place.reg === n && place.frame === running) continue;
      regs[place.reg] = synced(regs[place.reg]!, known);
    } else {
      const slot = stack[place.slot]!;
      stack[place.slot] = { kinds: slot.kinds, reg: synced(slot.reg, known) };
    }
  }
}

function synced(reg: Reg, known: Reg): Reg {
  if (reg.type !== 'scalar' || reg.id !== known.id) return reg;
  if (isMixed(reg.linked, known.linked)) return reg; // the distance holds in one width only
  if (reg.off === known.off) return numberReg(known.scalar, known.precise, known.id, known.linked, known.off);
  const distance = constScalar(BigInt(reg.off) - BigInt(known.off));
  const width = reg.linked === 'add32' || known.linked === 'add32' ? 32 : 64;
  const scalar = aluScalar('add', width, known.scalar, distance);
  return numberReg(scalar, known.precise, reg.id, reg.linked, reg.off);
}

function isMixed(a: Linked, b: Linked): boolean {
  return (a === 'add32' && b === 'add64') || (a === 'add64' && b === 'add32');
}

// Registers that are read before they are written: from each insn on, within its function.
import { ATOMICS } from '../../isa/opcodes.ts';
import type { Insn } from '../../isa/insn.ts';
import type { Env } from '../env.ts';
import { callSummary } from './call-summary.ts';

/** r0 to r5. */
const CALLER_SAVED = 0b11_1111;
const ALL = 0xffff;

/** Fills `InsnFacts.liveRegs`; logs them. @see compute_live_registers */
export function computeLiveRegs(env: Env): void {
  const { insns, facts, subprogs, edges } = env;
  const reads = new Uint16Array(insns.length);
  const writes = new Uint16Array(insns.length);
  const live = new Uint16Array(insns.length);
  for (const [pc, insn] of insns.entries()) {
    reads[pc] = insn === undefined ? ALL : readRegs(env, insn);
    writes[pc] = insn === undefined ? 0 : writtenRegs(insn);
  }
  for (const { postorder } of subprogs) {
    const todo = postorder.toReversed();
    for (let pc = todo.pop(); pc !== undefined; pc = todo.pop()) {
      const behind = (live[edges.next[pc]!] ?? 0) | (live[edges.target[pc]!] ?? 0); // -1: none
      const now = (behind & ~writes[pc]!) | reads[pc]!;
      if (now === live[pc]) continue;
      live[pc] = now;
      for (let i = edges.starts[pc]!; i < edges.starts[pc + 1]!; i++) todo.push(edges.from[i]!);
    }
  }
  for (const [pc, fact] of facts.entries()) fact.liveRegs = live[pc]!;
  if (env.log.level === 2) logLiveRegs(env);
}

/** @see compute_insn_live_regs */
function readRegs(env: Env, insn: Insn): number {
  const { op } = insn;
  const dst = 1 << insn.dst;
  const src = 1 << insn.src;
  switch (op.kind) {
    case 'alu':
      if (op.alu === 'mov') return op.source === 'reg' ? src : 0;
      return op.source === 'reg' ? dst | src : dst;
    case 'movsx':
    case 'cast':
    case 'load':
    case 'acquire':
      return src;
    case 'neg':
    case 'swap':
      return dst;
    case 'store':
      return op.source === 'reg' ? dst | src : dst;
    case 'release':
      return dst | src;
    case 'atomic':
      return op.atomic === 'cmpxchg' ? 1 | dst | src : dst | src;
    case 'wide':
      return 0;
    case 'packet':
      return ALL;
    case 'jump':
      return op.source === 'reg' ? dst | src : dst;
    case 'goto':
      return op.goto === 'gotox' ? dst : 0;
    case 'call': {
      const params = callSummary(env, insn)?.params ?? 5;
      return ((1 << params) - 1) << 1;
    }
    case 'exit':
      break;
  }
  return 1;
}

function writtenRegs({ op, dst, src }: Insn): number {
  switch (op.kind) {
    case 'alu':
    case 'neg':
    case 'movsx':
    case 'cast':
    case 'swap':
    case 'load':
    case 'acquire':
    case 'wide':
      return 1 << dst;
    case 'atomic':
      switch (ATOMICS[op.atomic].form) {
        case 'lock':
          return 0;
        case 'cmpxchg':
          return 1;
        default:
          return 1 << src;
      }
    case 'call':
      return CALLER_SAVED;
    default:
      return 0;
  }
}

function logLiveRegs({ log, insns, facts }: Env): void {
  log.line('Live regs before insn:');
  for (const [pc, insn] of insns.entries()) {
    if (insn === undefined) continue;
    const { scc, liveRegs } = facts[pc]!;
    let regs = '';
    for (let n = 0; n < 10; n++) regs += (liveRegs & (1 << n)) === 0 ? '.' : String(n);
    const words = `${scc === 0 ? '    ' : `${String(scc).padStart(3)} `}${String(pc).padStart(3)}: ${regs} `;
    log.add({ kind: 'words', words, pc });
  }
}

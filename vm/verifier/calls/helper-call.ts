// Calls of helpers.
import type { HelperName } from '../../helpers/table.ts';
import type { Insn } from '../../isa/insn.ts';
import type { Env } from '../env.ts';
import { checkAccess } from '../memory/access.ts';
import { noteFilled, notePrinted } from '../memory/frame-facts.ts';
import { UNKNOWN_REG } from '../reg.ts';
import { pushState } from '../walk/pending.ts';
import { availableHelper } from './availability.ts';
import { CallNotes } from './call-notes.ts';
import { returnToCaller } from './func-exit.ts';
import { checkArg } from './helper-args.ts';
import { HELPER_RULES } from './helper-rules.ts';
import { resultOf } from './helper-result.ts';
import { checkMapType, noteMap, noteTailCallKey } from './map-use.ts';
import { clearPacketPointers } from './packet.ts';
import { protoOf } from './protos.ts';
import { releaseArg } from './release.ts';
import { forgetScratch } from './scratch.ts';

/** Walks a call of a helper: the pc to go on at. @see check_helper_call */
export function stepHelper(env: Env, insn: Insn): number {
  const name = availableHelper(env, insn.imm);
  const notes = new CallNotes(protoOf(name, env.input.type));
  for (const arg of notes.proto.args) checkArg(env, insn, notes, arg);
  if (name === 'trace_printk') notePrinted(env, env.state);
  const { map } = notes;
  if (map !== undefined) noteMap(env, name, map);
  if (name === 'tail_call') noteTailCallKey(env, map!); // its second argument is a map
  if (notes.fillBytes > 0) noteFilled(env, name, env.reg(notes.fillReg), notes.fillBytes);
  if (notes.fillBytes > 0) fill(env, notes.fillReg, notes.fillBytes);
  if (notes.releaseReg > 0) releaseArg(env, notes);
  HELPER_RULES[name]?.(env, insn, notes);
  forgetScratch(env);
  env.setReg(0, resultOf(env, notes));
  if (map !== undefined) checkMapType(env, name, map);
  if (name === 'tail_call') return stepTailCall(env);
  if (changesPacket(name, notes)) clearPacketPointers(env);
  return env.pc + 1;
}

/** Marks stack that the callee has filled: byte by byte, since a callee that fails may leave what was there. */
function fill(env: Env, n: number, bytes: number): void {
  for (let at = 0; at < bytes; at++) checkAccess(env, n, at, 1, 'write', UNKNOWN_VALUE);
}
const UNKNOWN_VALUE = { valueReg: -1 };

function changesPacket(name: HelperName, { proto, dynptrKind }: CallNotes): boolean {
  if (name === 'dynptr_write') return dynptrKind === 'skb' || dynptrKind === 'skb_meta';
  return proto.row.changesPacket === true;
}

/**
 * A tail call in a function of the program: where it succeeds, the function returns a number that another program made; where it does not, the
 * path goes on behind it. In the main program only the latter is left to walk.
 */
function stepTailCall(env: Env): number {
  if (env.frame.frameno === 0) return env.pc + 1;
  pushState(env, env.pc + 1, env.pc);
  clearPacketPointers(env);
  env.setReg(0, UNKNOWN_REG);
  return returnToCaller(env);
}

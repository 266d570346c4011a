// Helpers with rules of their own, besides those of their arguments.
import { AROUND_FUNCTIONS } from '../../helpers/groups.ts';
import type { HelperName } from '../../helpers/table.ts';
import type { Insn } from '../../isa/insn.ts';
import { PROG_TYPES } from '../../kernel/prog-types.ts';
import type { Env } from '../env.ts';
import { markPrecise } from '../precision.ts';
import { refuse } from '../refusal.ts';
import { typeText } from '../type-text.ts';
import type { CallNotes } from './call-notes.ts';
import {
  fillLoopCallback,
  fillMapCallback,
  fillRingbufCallback,
  fillTimerCallback,
  fillVmaCallback,
} from './callback-args.ts';
import { pushCallback } from './callbacks.ts';
import { constantString } from './const-str.ts';
import { isNullReg } from './helper-args.ts';
import { checkNothingHeld } from './held.ts';
import { isFormat } from './printf-format.ts';
import { isVoidHook } from './return-code.ts';

type Rule = (env: Env, insn: Insn, notes: CallNotes) => void;

/** Run when the arguments have passed and r0 to r5 are still there. */
export const HELPER_RULES: Readonly<Partial<Record<HelperName, Rule>>> = {
  tail_call: (env) => checkNothingHeld(env, false, true, 'tail_call'),
  for_each_map_elem: (env, insn, notes) => pushCallback(env, insn, notes.subprog, 'now', fillMapCallback),
  timer_set_callback: (env, insn, notes) =>
    pushCallback(env, insn, notes.subprog, 'later', fillTimerCallback),
  user_ringbuf_drain: (env, insn, notes) =>
    pushCallback(env, insn, notes.subprog, 'now', fillRingbufCallback),
  find_vma: (env, insn, notes) => pushCallback(env, insn, notes.subprog, 'now', fillVmaCallback),
  get_local_storage: checkNoFlags,
  set_retval: checkHasResult,
  get_func_ip: checkHasFunction,
  loop: checkLoop,
  snprintf: checkFormat,
  dynptr_from_mem: checkDynptrMemory,
};

/** The function is called as long as the path has not gone through it as often as r1 says. */
function checkLoop(env: Env, insn: Insn, { subprog }: CallNotes): void {
  noteInline(env, subprog);
  markPrecise(env, 1);
  const { frame } = env;
  if (BigInt(frame.callbackDepth) < env.reg(1).scalar.umax) {
    pushCallback(env, insn, subprog, 'now', fillLoopCallback);
    return;
  }
  frame.callbackDepth = 0;
  if (env.log.level === 2) env.log.line(`frame${frame.frameno} bpf_loop iteration limit reached`);
}

/** Notes whether the loop can be made part of the program: always the same function, and no flags. @see update_loop_inline_state */
function noteInline(env: Env, subprog: number): void {
  const facts = env.facts[env.pc]!;
  if (facts.loopSubprog === -1) return;
  const isFit = isNullReg(env.reg(4));
  if (isFit) markPrecise(env, 4);
  const isFirst = facts.loopSubprog === undefined;
  facts.loopSubprog = isFit && (isFirst || facts.loopSubprog === subprog) ? subprog : -1;
}

/** @see check_bpf_snprintf_call */
function checkFormat(env: Env): void {
  const bytes = env.reg(5).scalar.bits.value;
  if (bytes % 8n !== 0n) refuse(env, 'format-data', [{ reg: 5 }], bytes);
  const format = constantString(env, 3, env.reg(3));
  if (!isFormat(format, Number(BigInt.asUintN(32, bytes / 8n)))) refuse(env, 'format', [{ reg: 3 }]);
}

/** The helper has no way to say that it does not know a flag. It looks at none, so that it does not matter whether another path gives one. */
function checkNoFlags(env: Env): void {
  if (!isNullReg(env.reg(2))) refuse(env, 'storage-flags', [{ reg: 2 }]);
}

function checkHasResult(env: Env): void {
  if (env.input.type === 'lsm' && isVoidHook(env)) refuse(env, 'retval-void', []);
}

/** @see check_get_func_ip */
function checkHasFunction(env: Env): void {
  const { type, attachType } = env.input;
  if (type === 'kprobe') return;
  if (type !== 'tracing') refuse(env, 'func-ip-type', [], PROG_TYPES[type].number, type);
  if (!AROUND_FUNCTIONS.includes(attachType)) refuse(env, 'func-ip-attach', []);
}

function checkDynptrMemory(env: Env): void {
  const reg = env.reg(1);
  if (reg.type !== 'map_value') refuse(env, 'dynptr-memory', [{ reg: 1 }], typeText(reg));
}

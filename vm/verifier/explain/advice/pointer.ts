// Advice for registers that are no pointers (any more), that may be null, or that hold nothing.
import { decodeInsn } from '../../../isa/insn.ts';
import { isPacketPointer, isPointer, type Reg } from '../../reg.ts';
import { plainCause, type Cause } from '../causes.ts';
import { calleeOf } from '../words.ts';
import { topFrame, topNumber } from '../trace.ts';
import {
  failedStep,
  leaveIf,
  nameOf,
  paramName,
  regHeld,
  whereText,
  type Advice,
  type Facts,
} from './facts.ts';
import { writtenRegs } from '../effects.ts';
import { pointee } from '../describe.ts';

/** Of 'no-memory': args are the register and the kernel's name of its type. */
export function adviseNoMemory(facts: Facts): Advice | undefined {
  const [reg] = facts.refusal.args as [number]; // as the message takes it
  const held = regHeld(facts, reg);
  if (held?.type === 'scalar') return adviseNumber(facts, reg);
  return held === undefined || !facts.refusal.message.includes('or_null')
    ? undefined
    : adviseNull(facts, reg);
}

/** Where a null check is missing: which call or load the pointer came from, and what null means there. */
export function adviseNull(facts: Facts, reg: number): Advice | undefined {
  const held = regHeld(facts, reg);
  const origin = originOf(facts.causes);
  if (held === undefined) return undefined;
  const isParam = facts.causes.length === 0;
  const name = isParam ? paramName(facts, facts.refusal.pc, reg) : nameOf(facts, origin, `r${reg}`);
  const term = name.replace(/ \(.*/, '');
  const { of } = pointee(held, 0);
  const fix = `check it first: ${leaveIf(`${term} == 0`)}`;
  if (origin?.what !== 'returned') {
    const from = isParam
      ? 'it is a parameter of a function that any caller may give a null pointer'
      : 'nothing on this path has compared it with 0';
    return { why: `${name} is a pointer to ${of} or null: ${from}`, fix };
  }
  const callee = calleeOf(origin.step.insn);
  return {
    why: `${name} is what ${callee} returned at ${whereText(facts, origin.step.pc)}: a pointer to ${of}, or null when ${nullMeans(callee, held)}. Nothing on this path has compared it with 0`,
    fix,
  };
}

function nullMeans(callee: string, { map }: Reg): string {
  if (map === undefined || callee !== 'bpf_map_lookup_elem') return NULL_MEANS[callee] ?? 'there is none';
  return map.spec.type.includes('array')
    ? 'the index is not below the number of entries'
    : 'the map has no such key';
}

/** When a helper returns null. */
const NULL_MEANS: Readonly<Record<string, string>> = {
  bpf_ringbuf_reserve: 'the ring buffer is full',
  bpf_get_local_storage: 'there is no storage',
  bpf_sk_lookup_tcp: 'no socket was found',
  bpf_sk_lookup_udp: 'no socket was found',
  bpf_skc_lookup_tcp: 'no socket was found',
  bpf_obj_new_impl: 'there is no memory left',
};

/** A number is used as an address: what it was before, and where it comes from. */
function adviseNumber(facts: Facts, reg: number): Advice | undefined {
  const lost = facts.causes.findLast(({ what }) => what === 'released' || what === 'moved');
  const origin = originOf(facts.causes);
  const name = nameOf(facts, origin, `r${reg}`);
  if (lost !== undefined) return adviseLost(facts, lost, name);
  const mixed = facts.causes.findLast(
    ({ what, before, value }) =>
      (what === 'changed' || what === 'copied') &&
      before !== undefined &&
      value?.type === 'scalar' &&
      isPointer(before),
  );
  if (mixed !== undefined && mixed.what === 'changed') {
    return {
      why: `${name} was a pointer until ${whereText(facts, mixed.step.pc)} made a number of it: what that insn computes is no place in memory`,
      fix: 'keep the pointer itself in another register or variable, and go on from that',
    };
  }
  if (origin === undefined) return undefined;
  const { insn } = origin.step;
  if (origin.what === 'returned') {
    const callee = calleeOf(insn);
    const isTask = callee === 'bpf_get_current_task';
    return {
      why: `${callee} returns a number (${whereText(facts, origin.step.pc)}), and a program cannot follow it as a pointer${isTask ? ', although it is the address of the struct task_struct' : ''}`,
      fix: isTask
        ? 'read members with BPF_CORE_READ (bpf_probe_read_kernel), or call bpf_get_current_task_btf, which returns a pointer'
        : 'copy the memory with bpf_probe_read_kernel, or use a call that returns a pointer',
    };
  }
  if (origin.what !== 'loaded') return undefined;
  const from = topFrame(origin.step).regs[insn.src];
  if (from === undefined) return undefined;
  const { of } = pointee(from, topNumber(origin.step));
  const isTracing = /tracepoint|kprobe|raw_tracepoint|perf_event/.test(facts.input.type);
  if (from.type === 'ctx' && isTracing) {
    return {
      why: `${name} was read from the ctx at ${whereText(facts, origin.step.pc)} and is a number to the verifier. Where it is an argument of a system call that is an address, it is one in the memory of the process, which a program does not reach directly`,
      fix: 'copy the bytes to the stack or a map value: bpf_probe_read_user (a string: bpf_probe_read_user_str), or bpf_probe_read_kernel when the address is one of the kernel',
    };
  }
  return {
    why: `${name} was read from ${of} at ${whereText(facts, origin.step.pc)}: what stands in memory is a number to the verifier, even where it is an address`,
    fix: 'copy what is there with bpf_probe_read_kernel (memory of the kernel) or bpf_probe_read_user (memory of the process)',
  };
}

function adviseLost(facts: Facts, { step, before, what }: Cause, name: string): Advice {
  const callee = calleeOf(step.insn);
  const where = whereText(facts, step.pc);
  if (what === 'moved' || (before !== undefined && isPacketPointer(before))) {
    return {
      why: `${name} pointed into the packet until ${callee} was called at ${where}: the call may move the packet or change its size, so all pointers to it are lost`,
      fix: 'read data and data_end from the ctx again behind the call, and compare again',
    };
  }
  return {
    why: `${name} was given away at ${where}: behind ${callee} the memory belongs to somebody else`,
    fix: `do all that needs ${name.replace(/ \(.*/, '')} before ${callee}; keep what you need later in a variable of its own`,
  };
}

/** Of 'not-readable': args are the register. */
export function adviseUnset(facts: Facts): Advice | undefined {
  const [reg] = facts.refusal.args as [number]; // as the message takes it
  const step = failedStep(facts);
  if (step === undefined) return undefined;
  const cleared = facts.causes.findLast(({ what }) => what === 'cleared');
  if (cleared !== undefined) {
    const { insn, pc } = cleared.step;
    if (reg === 0) {
      return {
        why: `${calleeOf(insn)} (${whereText(facts, pc)}) returns nothing, so that r0 holds no value behind it`,
        fix: 'set r0 after the call',
      };
    }
    return {
      why: `r${reg} was lost at ${whereText(facts, pc)}: a call keeps r6 to r9 only, and leaves r1 to r5 undefined (${calleeOf(insn)})`,
      fix: `copy r${reg} to one of r6 to r9 before the call, or to the stack, and use the copy`,
    };
  }
  const branches = branchesOf(facts, 0).slice(-LIMIT_BRANCHES);
  const writers = writersOf(facts, reg, step.pc);
  const elsewhere =
    writers.length === 0
      ? ''
      : `; ${writers.map((pc) => whereText(facts, pc)).join(', ')} would set it, but this path does not pass there`;
  const isResult = step.insn.op.kind === 'exit' && reg === 0;
  return {
    why: isResult
      ? `the program ends here without a result: nothing on this path has set r0${elsewhere}`
      : `nothing on this path has set r${reg}${elsewhere}`,
    fix: isResult
      ? 'return a value on every path: r0 = 0 before exit'
      : `set r${reg} before the branch, or on each of its ways; in C give the variable a value where it is declared`,
    causes: branches,
  };
}

/** Branches that are shown at most. */
const LIMIT_BRANCHES = 5;

/** The conditional jumps of the path from step `from` on. */
export function branchesOf({ path, failed }: Facts, from: number): Cause[] {
  const found: Cause[] = [];
  for (let i = from; i < failed; i++) {
    if (path[i]!.insn.op.kind === 'jump') found.push(plainCause(path, i, 'branched'));
  }
  return found;
}

/** Insns of the same function that write a register and that the path did not pass; no calls. */
function writersOf({ input, verdict, path }: Facts, reg: number, pc: number): number[] {
  const subprog = verdict.subprogs.findLast(({ start }) => start <= pc);
  const passed = new Set(path.map((step) => step.pc));
  const found: number[] = [];
  for (let at = subprog?.start ?? 0; at < (subprog?.end ?? 0); at++) {
    const insn = decodeInsn(input.insns, at);
    if (insn === undefined) continue;
    if (insn.op.kind !== 'call' && writtenRegs(insn).includes(reg) && !passed.has(at)) found.push(at);
    at += insn.op.slots - 1;
  }
  return found;
}

function originOf(causes: readonly Cause[]): Cause | undefined {
  return causes.find(({ what }) => what === 'returned' || what === 'loaded' || what === 'set');
}

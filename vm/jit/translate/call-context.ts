// A call as those see it who write helpers in WebAssembly.
import type { HelperName } from '../../helpers/table.ts';
import type { CallContext } from '../inline/call.ts';
import { writeKernelCall } from './kernel-call.ts';
import { ARGS } from './registers.ts';
import type { FuncWriter } from './func-writer.ts';
import { callSub } from './sub-call.ts';

export function callContext(f: FuncWriter, helper: HelperName): CallContext {
  const { code, prog, pc, regs, frame, unit } = f;
  const facts = prog.known?.facts[pc];
  const map = facts?.map === undefined || facts.map === 'many' ? undefined : prog.known?.maps.get(facts.map);
  return {
    code,
    prog,
    pc,
    helper,
    regs,
    frame,
    map,
    constKey: facts?.constKey,
    constant(reg) {
      const number = f.numbers[reg];
      return number === undefined ? undefined : BigInt.asUintN(64, number);
    },
    cpus: unit.options.cpus,
    scratch: (type, number) => f.scratch(type, number),
    runtime(name, make) {
      if (!unit.runtime.has(name)) unit.runtime.set(name, make());
      return name;
    },
    leave: () => f.leave(),
    comeBack: () => f.readInsns(),
    checkBudget: () => f.checkBudget(),
    callSub: (start) => callSub(f, start),
    callHelper: () => writeKernelCall(f, ARGS),
    note: (what) => code.note(what),
  };
}

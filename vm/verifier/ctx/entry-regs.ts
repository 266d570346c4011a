// What stands in the registers when a function that is verified on its own begins.
import type { Env } from '../env.ts';
import { dynptrReg } from '../kfuncs/dynptr-slots.ts';
import { FLAGS, makeReg, UNKNOWN_REG, withReg, type Reg } from '../reg.ts';
import { Refusal, refuse } from '../refusal.ts';
import { distrust } from './call-args.ts';
import { funcArgs, type FuncArg } from './func-args.ts';

/** Most arguments that a function has. */
const MAX_ARGS = 5;
const CTX_REG = makeReg('ctx');

/**
 * Registers r1 to r5 of a function of the program that is verified on its own: main programs get ctx. Fills the running frame.
 * @see btf_prepare_func_args, do_check_common
 */
export function setEntryRegs(env: Env, index: number): void {
  if (index === 0) {
    checkMain(env);
    env.setReg(1, CTX_REG);
    return;
  }
  const subprog = env.subprogs[index]!;
  const args = funcArgs(env, index);
  if (subprog.isExceptionCallback && args !== undefined) {
    if (args.length !== 1 || args[0]!.kind !== 'number') refuse(env, 'func-exception-args', []);
  }
  // A function of assembly text does not say what it takes: numbers will do for all.
  const count = args?.length ?? MAX_ARGS;
  for (let i = 0; i < count; i++)
    env.setReg(i + 1, args === undefined ? UNKNOWN_REG : entryReg(env, args[i]!));
}

/** The kernel looks at what the BTF of a program says that it takes, and writes down what it cannot use of that; it goes on with the ctx anyway. */
function checkMain(env: Env): void {
  const main = env.subprogs[0]!;
  if (main.info?.typeId === undefined) return;
  try {
    const args = funcArgs(env, 0);
    if (args?.length !== 1 || args[0]!.kind !== 'ctx') distrust(main);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    distrust(main);
  }
}

function entryReg(env: Env, arg: FuncArg): Reg {
  switch (arg.kind) {
    case 'ctx':
      return CTX_REG;
    case 'dynptr':
      return dynptrReg('local', true, env.nextId());
    case 'memory': {
      const { bytes: memBytes, mayBeNull } = arg;
      if (!mayBeNull) return withReg(makeReg('mem'), { memBytes });
      return withReg(makeReg('mem'), { flags: FLAGS.maybe_null, memBytes, id: env.nextId() });
    }
    case 'any-memory':
      return withReg(makeReg('mem'), { flags: FLAGS.rdonly | FLAGS.untrusted });
    case 'struct':
      return withReg(makeReg('btf_id'), {
        flags: arg.flags,
        id: env.nextId(),
        btf: { btf: env.input.kernel, id: arg.id },
      });
    default:
      return UNKNOWN_REG; // numbers, and addresses in an arena
  }
}

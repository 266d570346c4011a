// Wide insns: 64-bit constants, maps, map values, functions, variables of the kernel.
import { wideImm, type Insn } from '../../isa/insn.ts';
import type { WideName } from '../../isa/opcodes.ts';
import type { Env } from '../env.ts';
import type { MapUse } from '../input.ts';
import { makeReg, scalarReg, withReg, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { checkWritable } from '../regs.ts';
import { symbolReg } from './kernel-symbol.ts';
import { constScalar } from '../scalar.ts';

/** @see check_ld_imm */
export function stepWide(env: Env, insn: Insn, wide: WideName): void {
  checkWritable(env, insn.dst);
  env.setReg(insn.dst, loaded(env, insn, wide));
}

function loaded(env: Env, insn: Insn, wide: WideName): Reg {
  switch (wide) {
    case 'imm64':
      return scalarReg(constScalar(wideImm(insn)));
    case 'map_fd':
    case 'map_idx':
      return withReg(makeReg('map_ptr'), { map: mapUse(env).map });
    case 'map_value':
    case 'map_idx_value': {
      const { map, valueOff } = mapUse(env);
      return withReg(makeReg('map_value'), { map, off: valueOff ?? 0 });
    }
    case 'func':
      return functionReg(env, env.pc + insn.imm + 1);
    default: // btf_id
      return symbolReg(env, insn.imm);
  }
}

function mapUse(env: Env): MapUse {
  const use = env.input.maps.get(env.pc);
  if (use === undefined) throw new Error('references to no map are refused when operands are resolved');
  return use;
}

/** The address of a function, a static one. */
function functionReg(env: Env, start: number): Reg {
  const subprog = env.subprogAt(start);
  if (env.input.funcs.length === 0) refuse(env, 'callback-types', []);
  if (env.subprogs[subprog]?.info?.linkage !== 'static') refuse(env, 'callback-global', []);
  return withReg(makeReg('func'), { subprog });
}

// A program loaded into a machine of its own, to be looked at: nothing is attached and nothing runs.
import { MACHINE_SYSCALLS } from '../../traces/index.ts';
import { createMachine, type Machine } from '../../vm/index.ts';
import { loadObject, type LoadedPrograms } from '../session/load-programs.ts';
import type { OpenedProgram } from './programs.ts';

/** How many insns a run may take: none is run. */
const LIMIT_INSNS = 1;

/** A machine that holds the programs of an object. */
export interface LoadedProgram extends Omit<LoadedPrograms, 'attachments'> {
  readonly machine: Machine;
}

/** Throws UserError 'bad-program' for what the verifier refuses. */
export function loadProgram({ spec, kernel, named }: OpenedProgram): LoadedProgram {
  const machine = createMachine({
    cpus: 1,
    limitInsns: LIMIT_INSNS,
    syscalls: MACHINE_SYSCALLS,
    kernel,
    onPrintk: () => {},
    onFault: () => {},
  });
  return { machine, ...loadObject(machine, spec, named) };
}

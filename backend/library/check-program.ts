// Whether a program can be used at all: loaded, verified and attached, and not run.
import { MACHINE_SYSCALLS } from '../../traces/index.ts';
import { createMachine } from '../../vm/index.ts';
import { loadPrograms } from '../session/load-programs.ts';
import { silenceText } from './hook-report.ts';
import { openProgram, type ProgramSource } from './programs.ts';

/** A program that can be used. */
export interface CheckedProgram {
  /** Programs in it that are loaded. */
  readonly progs: number;
  /** Sentences on those that will not run. */
  readonly notes: readonly string[];
}

/** Throws UserError 'bad-program'. The verifier may take long: whoever cannot wait asks a process of its own. */
export function checkProgram(source: ProgramSource): CheckedProgram {
  const { spec, kernel, named } = openProgram(source);
  const machine = createMachine({
    cpus: 1,
    limitInsns: 1,
    syscalls: MACHINE_SYSCALLS,
    kernel,
    onPrintk: () => {},
    onFault: () => {},
  });
  const { object, attachments, leftOut } = loadPrograms(machine, spec, named);
  const silent = attachments.flatMap((attachment) => {
    const { refused, idle } = attachment;
    if (refused !== undefined) return [silenceText([attachment], { state: 'refused', why: refused })];
    return idle === undefined ? [] : [silenceText([attachment], { state: 'idle', why: idle })];
  });
  return {
    progs: object.progs.length,
    notes: [
      ...leftOut.map(({ name, section, why }) => `${name} (${section}) is left out: ${why}`),
      ...silent,
    ],
  };
}

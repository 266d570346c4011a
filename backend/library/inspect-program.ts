// What a program is made of and what it would be attached to, without a recording.
import { MACHINE_SYSCALLS } from '../../traces/index.ts';
import { createMachine, LoadError, type Attachment, type Machine } from '../../vm/index.ts';
import { UserError } from '../errors.ts';
import { openProgram, type OpenedProgram, type ProgramSource } from './programs.ts';

/** How many insns a run may take: none is run. */
const LIMIT_INSNS = 1;

/** A program that was opened, or why it could not be; and its hooks, or why it could not be loaded. */
export interface Inspected {
  readonly opened: OpenedProgram | undefined;
  /** In a sentence. Why the object meets no kernel: a type or an extern that is missing. */
  readonly linkProblem: string | undefined;
  /** By program. */
  readonly attachments: ReadonlyMap<string, Attachment>;
  /** In a sentence. What no machine has: a map type, a helper. The verifier has its own command. */
  readonly loadProblem: string | undefined;
}

/** Never throws for what is wrong with the program's meaning; UserError where it cannot be read at all, as `openProgram`. */
export function inspectProgram(source: ProgramSource): Inspected {
  const opened = open(source);
  if (typeof opened === 'string') {
    return { opened: undefined, linkProblem: opened, attachments: new Map(), loadProblem: undefined };
  }
  const hooks = hooksOf(opened);
  return {
    opened,
    linkProblem: undefined,
    attachments: typeof hooks === 'string' ? new Map() : hooks,
    loadProblem: typeof hooks === 'string' ? hooks : undefined,
  };
}

function open(source: ProgramSource): OpenedProgram | string {
  try {
    return openProgram(source);
  } catch (error) {
    if (error instanceof UserError && source.content.kind === 'object') return error.message;
    throw error;
  }
}

function hooksOf({ spec, kernel }: OpenedProgram): ReadonlyMap<string, Attachment> | string {
  const machine: Machine = createMachine({
    cpus: 1,
    limitInsns: LIMIT_INSNS,
    syscalls: MACHINE_SYSCALLS,
    kernel,
    verifier: 'off',
    onPrintk: () => {},
    onFault: () => {},
  });
  try {
    const object = machine.load(spec);
    return new Map(machine.attachAll(object).map((one) => [one.prog.spec.name, one]));
  } catch (error) {
    if (error instanceof LoadError) return error.message;
    throw error;
  }
}

// One spec for both: what the machine says to it must be what the kernel of this machine says.
import { expect } from 'vitest';
import { assembleProg } from '../../vm/index.ts';
import { askKernel, insnsLine, type OracleAnswer } from './oracle.ts';
import { askMachine } from './spec-machine.ts';

/** What both answer, a line each, without what differs by machine. */
function shared(answers: readonly OracleAnswer[]): string[] {
  return answers.map(({ op, name, prog, map, key, tag, errno, retval, value, entries, records }) => {
    const what = [op, name ?? prog ?? map, key, op === 'run' ? tag : undefined];
    const content = records ?? entries?.toSorted() ?? (map?.startsWith('prog_array') ? undefined : value);
    return [...what, `errno=${errno}`, retval, JSON.stringify(content)]
      .filter((word) => word !== undefined)
      .join(' ');
  });
}

/** Puts the lines of a spec to both, and expects the same answers. Ask hasTool('kernel') first. */
export function expectSame(lines: readonly string[]): void {
  const spec = lines.join('\n');
  const kernel = askKernel(spec);
  // As many values in a per-CPU map as the kernel has CPUs.
  const cpus = (kernel.find(({ op, map }) => op === 'get' && map === 'cpus')?.value?.length ?? 32) / 16;
  expect(shared(askMachine(spec, cpus))).toEqual(shared(kernel));
}

/** The lines of a spec that load a program from text. */
export function progLines(name: string, type: string, text: string, maps: readonly string[] = []): string[] {
  return [`prog ${name} ${type} log=0`, insnsLine(assembleProg(text, maps).insns), 'end'];
}

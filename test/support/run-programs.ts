// Programs over a whole recording, and all that is to be seen of it, as plain data: the same in a page's worker as in Node.
import { MACHINE_SYSCALLS, openSct, runRecording } from '../../traces/index.ts';
import { createMachine, formatPrintk, type EngineName, type ObjectSpec } from '../../vm/index.ts';

/** What programs did: it does not depend on the engine, nor on where that runs. */
export interface Outcome {
  /** Of trace_pipe. */
  readonly lines: readonly string[];
  readonly faults: readonly string[];
  /** Of prog arrays, by name. */
  readonly jumps: Readonly<Record<string, unknown>>;
  /** Keys and values in hexadecimal, by name. */
  readonly maps: Readonly<Record<string, readonly string[]>>;
  /** Runs and insns of each program. */
  readonly counters: readonly string[];
}

/** How it was run. */
export interface RunFacts {
  readonly isBatched: boolean;
  /** Of each program that ran. */
  readonly engines: readonly EngineName[];
  /** Why one is not run by the engine that was asked for. */
  readonly why: string | undefined;
  readonly calls: number;
}

/** Runs an object over the bytes of a .sct file, in a machine of its own. */
export function runPrograms(
  sct: Uint8Array,
  spec: ObjectSpec,
  engine: EngineName,
): { readonly outcome: Outcome; readonly facts: RunFacts } {
  const lines: string[] = [];
  const faults: string[] = [];
  const recording = openSct(sct);
  const machine = createMachine({
    cpus: 1,
    limitInsns: 1_000_000,
    engine,
    syscalls: MACHINE_SYSCALLS,
    onPrintk: (line) => lines.push(formatPrintk(line)),
    onFault: ({ prog, pc, code }) => faults.push(`${prog} ${pc} ${code}`),
  });
  const object = machine.load(spec);
  machine.attachAll(object);
  const { isBatched } = runRecording(recording, machine);
  const ran = object.progs.filter(({ runs }) => runs > 0).map((prog) => machine.engineOf(prog));
  const arrays = object.maps.filter(({ spec: { type } }) => type === 'prog_array');
  const others = object.maps.filter((map) => !arrays.includes(map));
  return {
    outcome: {
      lines,
      faults,
      jumps: Object.fromEntries(arrays.map((map) => [map.spec.name, object.progArray(map)])),
      maps: Object.fromEntries(
        others.map((map) => {
          const elements: string[] = [];
          for (let key = map.nextKey(undefined); typeof key !== 'number'; key = map.nextKey(key)) {
            const value = map.lookup(key);
            elements.push(`${hex(key)}=${typeof value === 'number' ? value : hex(value)}`);
          }
          return [map.spec.name, elements];
        }),
      ),
      counters: object.progs.map(({ spec: { name }, runs, insnsRun }) => `${name} ${runs} ${insnsRun}`),
    },
    facts: {
      isBatched,
      engines: [...new Set(ran.map(({ engine }) => engine))],
      why: ran.find(({ why }) => why !== undefined)?.why,
      calls: recording.index.reduce((sum, { calls }) => sum + calls, 0),
    },
  };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// An engine that compiles, by itself: over a memory and maps of its own, with units that a test writes by hand where it wants to.
import { kernelTypes } from '../../vm/btf/kernel-types.ts';
import type { TaskView } from '../../vm/helpers/context.ts';
import type { Fault } from '../../vm/index.ts';
import { JitCpu } from '../../vm/jit/engine/jit-cpu.ts';
import type { translate } from '../../vm/jit/translate/translate.ts';
import { createBpf } from '../../vm/kernel/bpf.ts';
import { KernelMemory } from '../../vm/kernel/kernel-memory.ts';
import { ObjectTable } from '../../vm/kernel/objects.ts';
import { DEFAULT_KERNEL } from '../../vm/kernel/profiles/index.ts';
import type { VerifierSwitch } from '../../vm/kernel/prog-load.ts';
import type { KernelProg } from '../../vm/kernel/prog.ts';
import { LinearMemory } from '../../vm/memory/linear.ts';
import { RegionTable } from '../../vm/memory/regions.ts';
import { assembleProg } from '../../vm/index.ts';

const CPUS = 2;

export interface JitRig {
  readonly cpu: JitCpu;
  readonly memory: LinearMemory;
  readonly objects: ObjectTable;
  readonly bpf: ReturnType<typeof createBpf>;
  readonly faults: Fault[];
  readonly lines: string[];
  /** Loads a socket filter: its fd, and itself. */
  readonly load: (text: string) => { readonly fd: number; readonly prog: KernelProg };
}

/** Nobody's task, at time 0. */
export const NOBODY: TaskView = { tid: 0, tgid: 0, comm: new Uint8Array(0), atNs: 0, memory: () => [] };

/** `units` takes the place of the translation. */
export function jitRig(
  limitInsns: number,
  units?: typeof translate,
  verifier: VerifierSwitch = 'off',
): JitRig {
  const memory = new LinearMemory();
  const objects = new ObjectTable(new RegionTable(), CPUS, memory, { types: kernelTypes() });
  const bpf = createBpf(objects, memory, CPUS, verifier);
  const faults: Fault[] = [];
  const lines: string[] = [];
  const { callbacks, heap, linked, grace, cells } = objects;
  const host = {
    memory,
    mapRegions: cells,
    kernel: new KernelMemory(memory, NOBODY, DEFAULT_KERNEL),
    callbacks,
    heap,
    linked,
    grace,
    cpus: CPUS,
    limitInsns,
    mapAt: (offset: number) => objects.mapAt(offset),
    random: () => 4,
    printk: (text: string) => void lines.push(text),
    printed: ({ text }: { readonly text: string }) => void lines.push(text),
    countUnknownRead: () => {},
    effect: () => {},
    faulted: (prog: KernelProg, pc: number, code: string, message: string) =>
      void faults.push({ prog: prog.name, pc, code, message }),
  };
  const cpu = new JitCpu(host, NOBODY, objects, units);
  cpu.engine = 'jit';
  const load = (text: string): { readonly fd: number; readonly prog: KernelProg } => {
    const { insns } = assembleProg(text);
    const fd = bpf.progLoad({ name: 'test', type: 'socket_filter', insns, license: 'GPL' });
    const prog = objects.byFd(fd);
    if (typeof prog === 'number') throw new Error(`not loaded: ${fd}`);
    return { fd, prog };
  };
  return { cpu, memory, objects, bpf, faults, lines, load };
}

// Runs of programs that are looked at in front of each insn, and compared with what the verifier knew there.
import { createBpf } from '../../vm/kernel/bpf.ts';
import { ObjectTable } from '../../vm/kernel/objects.ts';
import type { Cpu } from '../../vm/interp/cpu.ts';
import type { Fault, LoadedObject, ObjectSpec, ProgSpec, TestRunInput } from '../../vm/index.ts';
import { kernelTypes } from '../../vm/btf/kernel-types.ts';
import { LoadError } from '../../vm/load-error.ts';
import { MachineRuns } from '../../vm/machine-runs.ts';
import { LinearMemory } from '../../vm/memory/linear.ts';
import { RegionTable } from '../../vm/memory/regions.ts';
import { ObjectLoader } from '../../vm/object-loader.ts';
import { inputOf } from '../../vm/verifier/input-of.ts';
import type { Reg } from '../../vm/verifier/reg.ts';
import { verify } from '../../vm/verifier/walk/verify.ts';
import { printReg } from '../../vm/verifier/print-state.ts';
import { whyNot, type RunPlace } from './admitted.ts';

const CPUS = 2;
const REGS = 11;

/** What the verifier saw in front of an insn: registers r0 to r10, and how many frames there were. */
interface Seen {
  readonly regs: readonly Reg[];
  readonly frames: number;
}

export interface Knowledge {
  /** By pc. */
  readonly seen: readonly (readonly Seen[])[];
  /** By pc: registers that are read before they are written, as bits. */
  readonly live: readonly number[];
}

/** A program that was refused has the code of the refusal. */
export function knowledgeOf(object: ObjectSpec, prog: ProgSpec, limitInsns: number): Knowledge | string {
  const seen: Seen[][] = [];
  const input = inputOf(object, prog, kernelTypes());
  const pruned = verify(input, { limitInsns });
  if (pruned.refusal !== undefined) return pruned.refusal.code;
  const { refusal, facts } = verify(input, {
    limitInsns,
    isPruning: false,
    onInsn: (pc, env) => {
      (seen[pc] ??= []).push({ regs: env.frame.regs.slice(), frames: env.state.frames.length });
    },
  });
  if (refusal?.code === 'too-long') return refusal.code;
  if (refusal !== undefined) throw new Error(`refused where every number matters: ${refusal.message}`);
  return { seen, live: facts.map(({ liveRegs }) => liveRegs) };
}

/** A test run, and what the values of the object's first map, an array, are before it. */
export interface ObservedInput extends TestRunInput {
  readonly values: readonly Uint8Array[];
}

/** Runs one program after the other; tells what no state of the verifier admits. */
export class ObservedRuns {
  private readonly memory = new LinearMemory();
  private readonly objects = new ObjectTable(new RegionTable(), CPUS, this.memory, { types: kernelTypes() });
  private readonly bpf = createBpf(this.objects, this.memory, CPUS, 'off');
  private readonly loader: ObjectLoader;
  private readonly runs: MachineRuns;
  private fault: Fault | undefined;

  constructor(limitInsns: number) {
    this.loader = new ObjectLoader(this.bpf, this.objects, this.memory, () => [], CPUS, 'off');
    const onFault = (fault: Fault): void => {
      this.fault = fault;
    };
    this.runs = new MachineRuns(
      { cpus: CPUS, limitInsns, engine: 'interp', onPrintk: () => {}, onFault }, // handlers are looked over
      this.memory,
      this.objects,
    );
  }

  /** Undefined for a program with insns that are never run and that the machine does not load without its verifier. */
  load(object: ObjectSpec): LoadedObject | undefined {
    try {
      return this.loader.load(object);
    } catch (error) {
      if (error instanceof LoadError) return undefined;
      throw error;
    }
  }

  unload(object: LoadedObject): void {
    this.loader.unload(object);
  }

  /** Runs the first program of an object on some inputs; the first thing that is wrong, in words. */
  wrong(object: LoadedObject, knowledge: Knowledge, inputs: readonly ObservedInput[]): string | undefined {
    const prog = this.loader.kernelProg(object.progs[0]!)!;
    let wrong: string | undefined;
    const handlers = prog.code.handlers as (typeof prog.code.handlers)[number][]; // of this test alone
    for (const [pc, handler] of handlers.entries()) {
      let last = 0;
      handlers[pc] = (cpu, at) => {
        if (wrong === undefined) {
          last = this.admitting(cpu, knowledge, pc, last);
          if (last < 0) wrong = this.complaint(cpu, knowledge, pc);
        }
        return handler(cpu, at);
      };
    }
    for (const input of inputs) {
      this.fault = undefined;
      for (const [key, value] of input.values.entries()) {
        this.bpf.mapUpdate(object.maps[0]!.fd, new Uint8Array(Uint32Array.of(key).buffer), value, 0);
      }
      const { errno } = this.runs.testRun(prog, input);
      if (errno !== 0) continue; // a packet too short for its protocol
      if (wrong !== undefined) return wrong;
      const fault = this.fault as Fault | undefined; // set by the run
      if (fault !== undefined && fault.code !== 'budget') return `${fault.pc}: ${fault.message}`;
    }
    return undefined;
  }

  private place(cpu: Cpu, frames: number): RunPlace {
    return { cpu, frames, cells: this.objects.cells };
  }

  /** Index of a state that admits the registers, looked for from `last` on; -1 when none does. */
  private admitting(cpu: Cpu, { seen, live }: Knowledge, pc: number, last: number): number {
    const states = seen[pc] ?? [];
    for (let i = 0; i < states.length; i++) {
      const at = (Math.max(0, last) + i) % states.length;
      const { regs, frames } = states[at]!;
      const place = this.place(cpu, frames);
      let isAdmitted = true;
      for (let reg = 0; reg < REGS && isAdmitted; reg++) {
        if ((live[pc]! & (1 << reg)) === 0) continue;
        isAdmitted = whyNot(regs[reg]!, cpu.q[reg]!, place) === undefined;
      }
      if (isAdmitted) return at;
    }
    return -1;
  }

  private complaint(cpu: Cpu, { seen, live }: Knowledge, pc: number): string {
    const lines = [`${pc}: no state admits`];
    for (let reg = 0; reg < REGS; reg++) {
      if ((live[pc]! & (1 << reg)) !== 0) lines.push(`  r${reg} = 0x${cpu.q[reg]!.toString(16)}`);
    }
    for (const { regs, frames } of (seen[pc] ?? []).slice(0, 8)) {
      const against = regs.flatMap((reg, n) => {
        if ((live[pc]! & (1 << n)) === 0) return [];
        const why = whyNot(reg, cpu.q[n]!, this.place(cpu, frames));
        return [`R${n}=${printReg(reg, frames - 1)}${why === undefined ? '' : ` (${why})`}`];
      });
      lines.push(`  ${against.join(' ')}`);
    }
    return lines.join('\n');
  }
}

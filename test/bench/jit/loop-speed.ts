// What generated code takes for the programs of loops.ts, and a C compiler for their twins. Programs are translated as trusted: nobody verified them, and they
// are looked at for the code itself.
import { execFileSync } from 'node:child_process';
import { prepareBareRun } from '../../../vm/kernel/bare-run.ts';
import { CELLS } from '../../../vm/jit/cells.ts';
import { translate } from '../../../vm/jit/translate/translate.ts';
import { JS_IMPORTS, progName, SiteTable } from '../../../vm/jit/unit.ts';
import { writeModule } from '../../../vm/jit/wasm/module-writer.ts';
import { STACK_AT, LinearMemory } from '../../../vm/memory/linear.ts';
import { createWasmTable, instantiate, PAGE_BYTES } from '../../../vm/memory/wasm.ts';
import { assembleObject, createMachine } from '../../../vm/index.ts';
import { toolPath } from '../../support/c-tool.ts';
import { LOOPS, type Loop } from './loops.ts';

const ROUNDS = 25;
const DATA_BYTES = 4096;
/** Insns that a run may have: more than any of these. */
const NO_LIMIT = 0x7fff_ffff;
/** Where the first frame ends: interp/frames.ts. */
const FRAME = STACK_AT + 1024;
/** The interpreter does a part of the work, to compare results. */
const SMALL = 50;

export interface LoopSpeed {
  readonly name: string;
  /** ns of a run. */
  readonly jit: number;
  readonly native: number;
  /** Of the JIT, insns neither counted nor limited. */
  readonly uncounted: number;
  /** ns of one insn, or of one `unit`, of the JIT. */
  readonly each: number;
  readonly unit: string;
}

function memoryOf(n: number): Uint8Array {
  const bytes = new Uint8Array(8 + DATA_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(n), true);
  for (let i = 0; i < DATA_BYTES; i++) bytes[8 + i] = i * 167 + 13;
  return bytes;
}

function insnsOf({ name, text }: Loop): Uint8Array {
  return assembleObject(`.section "socket"\nmain:\n${text}`, name).progs[0]!.insns;
}

/** Runs a program as it stands in memory of its own: `go` gives r0. */
function compiled(loop: Loop, n: number, isCounted = true): () => bigint {
  const memory = new LinearMemory();
  const { prog, event } = prepareBareRun(memory, insnsOf(loop), memoryOf(n));
  const options = { mode: 'trusted', cpus: 1, sites: new SiteTable() } as const;
  const { functions } = translate(prog, isCounted ? options : { ...options, isUncounted: true });
  const imports = Object.entries(JS_IMPORTS).map(([name, type]) => ({ name, type }));
  const pages = memory.u8.length / PAGE_BYTES;
  const { bytes } = writeModule({ imports, functions, exports: [progName(prog)], pages });
  const refuse = (): never => {
    throw new Error(`${loop.name} asked for something`);
  };
  const env = {
    memory: memory.wasm,
    table: createWasmTable(1),
    ...Object.fromEntries(imports.map(({ name }) => [name, refuse])),
  };
  const run = instantiate(bytes, env)[progName(prog)] as (ctx: number, frame: number) => bigint; // the type of programs
  memory.view.setInt32(CELLS.limit, NO_LIMIT, true);
  return () => {
    memory.view.setInt32(CELLS.insns, 0, true);
    memory.view.setInt32(CELLS.charged, 0, true);
    return BigInt.asUintN(64, run(event.ctxAt, FRAME));
  };
}

/** The least ns of a run. */
function leastNs(run: () => void): number {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    run();
    least = Math.min(least, (performance.now() - start) * 1e6);
  }
  return least;
}

function native({ name }: Loop, n: number, rounds: number): { ns: number; result: bigint } {
  const [ns, result] = execFileSync(
    toolPath('native-loops', [], import.meta.dirname),
    [name, `${n}`, `${rounds}`],
    {
      encoding: 'utf8',
    },
  )
    .trim()
    .split(' ');
  return { ns: Number(ns), result: BigInt(result!) };
}

/** Measures a program. Throws Error when the engines, or the program in C, do not agree. */
export function loopSpeed(loop: Loop): LoopSpeed {
  const part = Math.ceil(loop.n / SMALL);
  const machine = createMachine({ cpus: 1, limitInsns: NO_LIMIT, onPrintk: () => {}, onFault: () => {} });
  const reference = machine.runInsns(insnsOf(loop), memoryOf(part));
  const results = [reference.r0, compiled(loop, part)(), native(loop, part, 1).result];
  if (new Set(results).size > 1) throw new Error(`${loop.name}: ${results.join(', ')}`);
  const jit = leastNs(compiled(loop, loop.n));
  const uncounted = leastNs(compiled(loop, loop.n, false));
  const whole = native(loop, loop.n, ROUNDS);
  const { insns } = machine.runInsns(insnsOf(loop), memoryOf(loop.n));
  const count = loop.unit === undefined ? insns : loop.n;
  return { name: loop.name, jit, native: whole.ns, uncounted, each: jit / count, unit: loop.unit ?? 'insn' };
}

/** All of them. */
export function loopSpeeds(): readonly LoopSpeed[] {
  return LOOPS.map(loopSpeed);
}

// A program as functions of WebAssembly.
import { hitsPlace } from '../../kernel/prog-hits.ts';
import type { KernelProg } from '../../kernel/prog.ts';
import { writeStructure } from '../flow/structure.ts';
import type { ProgUnit } from '../unit.ts';
import type { FuncCode } from '../wasm/types.ts';
import { pcsOf, type Block } from './blocks.ts';
import { writeCallback } from './callback.ts';
import { writeEntry } from './frame.ts';
import { FuncWriter } from './func-writer.ts';
import type { UnitDraft } from './unit-draft.ts';
import { functionsOf } from './functions.ts';
import { writeInsn } from './handlers.ts';
import type { TranslateOptions } from './options.ts';
import { isBack, shapeOf, type FuncShape } from './shape.ts';

export type { TranslateOptions } from './options.ts';

/** Translates a program and its subprograms. */
export function translate(prog: KernelProg, options: TranslateOptions): ProgUnit {
  const { subprogs, callbacks } = functionsOf(prog);
  const shapes = subprogs.map((start) => shapeOf(prog, options.mode, true, start));
  const draft: UnitDraft = {
    prog,
    options,
    subs: new Map(shapes.map((shape) => [shape.first, shape])),
    imports: new Set(),
    sites: new Map(),
    runtime: new Map(),
    jumps: new Map(),
  };
  const functions = [shapeOf(prog, options.mode, false, 0), ...shapes].map((shape) =>
    writeFunction(draft, shape),
  );
  const wrappers = callbacks.map((start) => writeCallback(draft, start));
  return {
    prog,
    functions: [...functions, ...wrappers, ...draft.runtime.values()],
    imports: [...draft.imports],
    sites: [...draft.sites.values()],
    callbacks,
    jumps: [...draft.jumps].map(([slotAt, target]) => ({ slotAt, prog: target })),
  };
}

function writeFunction(draft: UnitDraft, shape: FuncShape): FuncCode {
  const { blocks, graph, counts } = shape;
  const f = new FuncWriter(draft, shape);
  writeEntry(f);
  writeStructure(f.code, graph, {
    block(number) {
      f.lacks = counts.lacks[number]!;
      writeBlock(f, blocks[number]!);
    },
    edge(from, index) {
      const { last, insns } = blocks[from]!;
      f.pc = last;
      f.code.mark(last);
      f.lacks = counts.lacks[from]! + insns;
      if (draft.options.isUncounted === true) return;
      const add = counts.adds[from]![index]!;
      if (add !== 0) f.code.get(f.insns).i32(add).op('i32_add').set(f.insns);
      f.lacks -= add;
      if (isBack(shape, from, graph[from]![index]!)) f.checkBudget();
    },
  });
  return f.code.finish();
}

function writeBlock(f: FuncWriter, block: Block): void {
  const { prog } = f;
  f.forgetNumbers();
  f.pc = block.first;
  f.code.mark(block.first);
  for (const pc of pcsOf(prog, [block])) {
    f.pc = pc;
    f.code.mark(pc);
    f.lacks += 1;
    if (prog.hits?.begins[pc] === 1) f.bump(hitsPlace(prog.hits, pc));
    writeInsn(f);
  }
  if (block.isDead) f.code.op('unreachable');
}

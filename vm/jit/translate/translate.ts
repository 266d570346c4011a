// A program as functions of WebAssembly.
import type { KernelProg } from '../../kernel/prog.ts';
import { planCounts } from '../flow/counts.ts';
import { writeStructure } from '../flow/structure.ts';
import { planStack } from '../stack/plan-stack.ts';
import type { ProgUnit } from '../unit.ts';
import type { FuncCode } from '../wasm/types.ts';
import { pcsOf, splitBlocks, type Block } from './blocks.ts';
import { writeCallback } from './callback.ts';
import { writeEntry } from './frame.ts';
import { FuncWriter, type FuncKind, type UnitDraft } from './func-writer.ts';
import { functionsOf } from './functions.ts';
import { writeInsn } from './handlers.ts';
import type { TranslateOptions } from './options.ts';

export type { TranslateMode, TranslateOptions } from './options.ts';

/** Translates a program and its subprograms. */
export function translate(prog: KernelProg, options: TranslateOptions): ProgUnit {
  const draft: UnitDraft = {
    prog,
    options,
    imports: new Set(),
    sites: new Map(),
    runtime: new Map(),
    jumps: new Map(),
  };
  const { subprogs, callbacks } = functionsOf(prog);
  const functions = [
    writeFunction(draft, 'prog', 0),
    ...subprogs.map((start) => writeFunction(draft, 'sub', start)),
  ];
  const wrappers = callbacks.map((start) => writeCallback(prog, start, options.mode === 'checked'));
  return {
    prog,
    functions: [...functions, ...wrappers, ...draft.runtime.values()],
    imports: [...draft.imports],
    sites: [...draft.sites.values()],
    callbacks,
    jumps: [...draft.jumps].map(([slotAt, target]) => ({ slotAt, prog: target })),
  };
}

function writeFunction(draft: UnitDraft, kind: FuncKind, start: number): FuncCode {
  const { prog, options } = draft;
  const { blocks, graph } = splitBlocks(prog, start);
  const isBack = (from: number, to: number): boolean => blocks[to]!.first <= blocks[from]!.last;
  const hasLoops = graph.some((list, from) => list.some((to) => isBack(from, to)));
  const stack = planStack(prog, options.mode, start, pcsOf(prog, blocks));
  const f = new FuncWriter(draft, kind, start, stack, hasLoops);
  const plan = planCounts(
    graph,
    blocks.map((block) => block.insns),
  );
  const writeBlock = (block: Block): void => {
    f.forgetNumbers();
    f.pc = block.first;
    f.code.mark(block.first);
    if (options.hitsAt !== undefined && block.insns > 0) f.bump(options.hitsAt(block.first));
    for (const pc of pcsOf(prog, [block])) {
      f.pc = pc;
      f.code.mark(pc);
      f.lacks += 1;
      writeInsn(f);
    }
    if (block.isDead) f.code.op('unreachable');
  };
  writeEntry(f);
  writeStructure(f.code, graph, {
    block(number) {
      f.lacks = plan.lacks[number]!;
      writeBlock(blocks[number]!);
    },
    edge(from, index) {
      const { last, insns: count } = blocks[from]!;
      const to = graph[from]![index]!;
      f.pc = last;
      f.code.mark(last);
      f.lacks = plan.lacks[from]! + count;
      const add = plan.adds[from]![index]!;
      if (add !== 0) f.code.get(f.insns).i32(add).op('i32_add').set(f.insns);
      f.lacks -= add;
      if (isBack(from, to)) f.checkBudget();
    },
  });
  return f.code.finish();
}

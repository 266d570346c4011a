// From a graph of blocks to the structured control flow of WebAssembly.
import type { CodeWriter, Local } from '../wasm/code-writer.ts';
import type { Graph } from './graph.ts';
import { shapeOf, type Shape } from './shape.ts';
import { stepsOf, type Step } from './steps.ts';

export type { Graph } from './graph.ts';

/** What the structure asks for while it is written. */
export interface FlowEmitter {
  /** Code of a block. One with two successors leaves an i32 on the stack: other than 0 jumps. */
  block(block: number): void;
  /** Code of an edge, by the index of the successor; nothing is left on the stack. Called once for each edge. */
  edge(from: number, index: number): void;
}

/**
 * Writes all blocks that can be reached. Blocks of a graph that is not reducible go through a loop that dispatches. Control does not get behind what is
 * written. What belongs to no block stands under marks of pc -1.
 */
export function writeStructure(code: CodeWriter, graph: Graph, emitter: FlowEmitter): void {
  const shape = shapeOf(graph);
  const { steps, uses } = stepsOf(shape);
  const writer = new StructureWriter(code, shape, emitter, uses);
  for (const step of steps) writer.write(step);
  if (steps.at(-1)?.kind === 'end') code.mark(-1).op('unreachable');
}

/** Frames of WebAssembly that are open: numbers that no block has. */
const ARM = -1;
const UNUSED = -2;

class StructureWriter {
  private readonly code: CodeWriter;
  private readonly shape: Shape;
  private readonly emitter: FlowEmitter;
  private readonly uses: Int32Array;
  /** What `end` closes, innermost last: ARM, UNUSED for what was not written. */
  private readonly open: number[] = [];
  /** Frames that are written and open. */
  private height = 0;
  /** By block: height of the frame that a branch forward to it leaves; of its loop. */
  private readonly blockAt: Int32Array;
  private readonly loopAt: Int32Array;
  /** What a block that dispatches picks. */
  private picked: Local | undefined;

  constructor(code: CodeWriter, shape: Shape, emitter: FlowEmitter, uses: Int32Array) {
    this.code = code;
    this.shape = shape;
    this.emitter = emitter;
    this.uses = uses;
    this.blockAt = new Int32Array(shape.graph.length);
    this.loopAt = new Int32Array(shape.graph.length);
  }

  write(step: Step): void {
    switch (step.kind) {
      case 'open':
        this.openBlock(step.to);
        break;
      case 'loop':
        this.code.mark(-1).loop();
        this.loopAt[step.to] = ++this.height;
        this.open.push(step.to);
        break;
      case 'code':
        if (step.block < this.shape.size) this.emitter.block(step.block);
        break;
      case 'table':
        this.table(step.block);
        break;
      case 'arm':
        if (step.index === 0) this.code.not();
        this.code.if();
        this.height += 1;
        this.open.push(ARM);
        break;
      case 'else':
        this.code.mark(-1).else();
        break;
      case 'end':
        this.close();
        break;
      case 'leave':
        this.leave(step.block, step.index, step.to);
        break;
      case 'go':
        this.edge(step.block, step.index);
        if (step.to !== -1) this.code.br(this.depthOf(step.block, step.to));
        break;
    }
  }

  private openBlock(to: number): void {
    if (this.uses[to] === 0) {
      this.open.push(UNUSED);
      return;
    }
    this.code.mark(-1).block();
    this.blockAt[to] = ++this.height;
    this.open.push(to);
  }

  private close(): void {
    if (this.open.pop() === UNUSED) return;
    this.code.mark(-1).end();
    this.height -= 1;
  }

  /** Takes the edge if the i32 is not 0, for index 0: if it is. */
  private leave(block: number, index: number, to: number): void {
    const { code } = this;
    if (index === 0) code.not();
    const at = code.here();
    code.if();
    const empty = code.here();
    this.edge(block, index);
    const depth = this.depthOf(block, to);
    if (code.here() === empty) code.backTo(at).brIf(depth);
    else code.br(depth + 1).end();
  }

  private table(block: number): void {
    const depths = this.shape.graph[block]!.map((to) => this.depthOf(block, to));
    this.code.mark(-1).get(this.pick()).brTable(depths.slice(0, -1), depths.at(-1)!);
  }

  private edge(block: number, index: number): void {
    if (block < this.shape.size) this.emitter.edge(block, index);
    const pick = this.shape.picks?.[block]![index] ?? -1;
    if (pick !== -1) this.code.i32(pick).set(this.pick());
  }

  private pick(): Local {
    this.picked ??= this.code.local('i32', 'picked');
    return this.picked;
  }

  private depthOf(from: number, to: number): number {
    const { place } = this.shape.walk;
    const at = place[to]! <= place[from]! ? this.loopAt[to]! : this.blockAt[to]!;
    return this.height - at;
  }
}

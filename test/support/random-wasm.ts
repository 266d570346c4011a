// Random functions of WebAssembly: valid, with every insn that the JIT may write.
import { CodeWriter, type Local } from '../../vm/jit/wasm/code-writer.ts';
import { MEMORY, PLAIN, type MemoryOp, type PlainOp } from '../../vm/jit/wasm/ops.ts';
import { partsOf, type FuncCode, type FuncType, type ValueType } from '../../vm/jit/wasm/types.ts';
import type { Random } from './seed.ts';
import { modelOf } from './wasm-ops.ts';

const TYPES = ['i32', 'i64', 'f64'] as const satisfies readonly ValueType[];
const PLAIN_OPS = Object.keys(PLAIN) as PlainOp[]; // keys of a literal
const MEMORY_OPS = Object.keys(MEMORY) as MemoryOp[]; // the same

/** Functions that random code calls. */
export const CALLED = { 'js:call': 'i32 -> ', 'rt:mix': 'i64 i64 -> i64' } as const satisfies Record<
  string,
  FuncType
>;

/** A function with about `size` statements; each leaves the stack as it was. */
export function randomWasm(random: Random, name: string, size: number): FuncCode {
  return new RandomFunc(random, name, size).write();
}

class RandomFunc {
  private readonly code: CodeWriter;
  private readonly random: Random;
  private readonly locals: [Local, ValueType][] = [
    [0, 'i32'],
    [1, 'i64'],
  ];
  private left: number;
  /** Open frames, innermost last: whether branches to them take no value. */
  private readonly frames: boolean[] = [];

  constructor(random: Random, name: string, size: number) {
    this.code = new CodeWriter(name, 'i32 i64 -> i64', ['a', 'b']);
    this.random = random;
    this.left = size;
    for (let i = random.below(8); i > 0; i--) {
      const type = random.pick(TYPES);
      this.locals.push([this.code.local(type, random.pick(['r', 'r0', 'tmp x'])), type]);
    }
  }

  write(): FuncCode {
    while (this.left > 0) this.statement();
    this.value('i64');
    return this.code.finish();
  }

  private readonly value = (type: ValueType): void => {
    const same = this.locals.filter(([, other]) => other === type);
    if (same.length > 0 && this.random.below(2) === 0) this.code.get(this.random.pick(same)[0]);
    else constant(this.code, this.random, type);
  };

  private statement(): void {
    const { code, random, value } = this;
    this.left -= 1;
    code.mark(random.below(50) - 1, random.pick([undefined, undefined, 'look-up']));
    const kind = random.below(12);
    if (kind < 4) plainOp(code, random.pick(PLAIN_OPS), value);
    else if (kind < 6) memoryOp(code, random.pick(MEMORY_OPS), random, value);
    else if (kind < 9) this.nested();
    else if (kind === 9) call(code, random, value);
    else if (kind === 10) {
      for (let i = 0; i < 3; i++) value('i32');
      if (random.below(2) === 0) code.copy();
      else code.fill();
    } else {
      const [local, type] = random.pick(this.locals);
      value(type);
      if (random.below(2) === 0) code.set(local);
      else code.tee(local).op('drop');
    }
  }

  private nested(): void {
    const { code, random, value } = this;
    const kind = random.pick(['block', 'loop', 'if', 'else', 'value'] as const);
    if (kind === 'if' || kind === 'else') value('i32');
    if (kind === 'value') code.block('i64');
    else if (kind === 'else') code.if();
    else code[kind]();
    this.frames.push(kind !== 'value');
    this.body();
    if (kind === 'else') {
      code.else();
      this.body();
    }
    if (kind === 'value') value('i64');
    code.end();
    this.frames.pop();
    if (kind === 'value') code.op('drop');
  }

  private body(): void {
    while (this.random.below(3) > 0 && this.left > 0 && this.frames.length < 12) this.statement();
    if (this.random.below(3) > 0) this.branch();
  }

  private branch(): void {
    const { code, random } = this;
    const depths = this.frames.toReversed().flatMap((isBare, depth) => (isBare ? [depth] : []));
    if (depths.length === 0) return;
    const kind = random.below(3);
    if (kind === 2) code.block();
    this.value('i32');
    if (kind === 0) code.brIf(random.pick(depths));
    else if (kind === 1) {
      code
        .if()
        .br(1 + random.pick(depths))
        .end();
    } else {
      const table = Array.from({ length: random.below(5) }, () => 1 + random.pick(depths));
      code.brTable([...table, 0], 0).end();
    }
  }
}

function constant(code: CodeWriter, random: Random, type: ValueType): void {
  if (type === 'i32') code.i32(random.u32() >> random.below(32));
  else if (type === 'i64') code.i64(BigInt.asIntN(64, random.u64()) >> BigInt(random.below(64)));
  else code.f64(random.pick([0, -0, 0.1, 1e300, -5, Infinity, -Infinity, NaN, random.u32() / 7]));
}

function plainOp(code: CodeWriter, op: PlainOp, value: (type: ValueType) => void): void {
  if (op === 'unreachable' || op === 'return') {
    // Behind a test: what follows would be anything.
    value('i32');
    code.if();
    if (op === 'return') value('i64');
    code.op(op).end();
    return;
  }
  const { params, results } = partsOf(modelOf(op)!.type); // every op has one
  params.forEach(value);
  code.op(op);
  for (let i = 0; i < results.length; i++) code.op('drop');
}

function memoryOp(code: CodeWriter, op: MemoryOp, random: Random, value: (type: ValueType) => void): void {
  const type = op.slice(0, 3) as ValueType; // how the names begin
  value('i32');
  if (op.includes('store')) value(type);
  code.mem(op, random.u32() >>> random.below(32));
  if (!op.includes('store')) code.op('drop');
}

function call(code: CodeWriter, random: Random, value: (type: ValueType) => void): void {
  const kind = random.below(5);
  if (kind === 0) {
    value('i32');
    code.call('js:call');
  } else if (kind === 1) {
    value('i64');
    value('i64');
    code.call('rt:mix').op('drop');
  } else {
    // Calls that end the function stand behind a test.
    const type = random.pick(['i64 i64 -> i64', '-> i64', 'i32 f64 i64 -> i64'] as const);
    value('i32');
    code.if();
    if (kind === 4) {
      value('i64');
      value('i64');
      code.returnCall('rt:mix');
    } else {
      partsOf(type).params.forEach(value);
      value('i32');
      if (kind === 2) code.callIndirect(type).op('drop');
      else code.returnCallIndirect(type);
    }
    code.end();
  }
}

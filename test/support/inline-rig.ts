// Helpers of maps as the JIT writes them, called one by one without a program around them: arguments and result stand in CELLS.regs, as for a helper in JavaScript.
import { inlineCall } from '../../vm/jit/inline/index.ts';
import type { CallContext } from '../../vm/jit/inline/call.ts';
import { CELLS } from '../../vm/jit/cells.ts';
import { CodeWriter, type Local } from '../../vm/jit/wasm/code-writer.ts';
import { writeModule } from '../../vm/jit/wasm/module-writer.ts';
import type { FuncCode, FuncName, ValueType } from '../../vm/jit/wasm/types.ts';
import type { HelperName } from '../../vm/helpers/table.ts';
import type { KernelMap } from '../../vm/maps/map.ts';
import type { KernelProg } from '../../vm/kernel/prog.ts';
import type { LinearMemory } from '../../vm/memory/linear.ts';
import { createWasmTable, instantiate } from '../../vm/memory/wasm.ts';

const REGS = 10;

/** What is known of a call when it is compiled. */
export interface Known {
  readonly constKey?: number;
  readonly constants?: Readonly<Record<number, bigint>>;
}

/** A helper for one map as WebAssembly; undefined where the JIT leaves it to JavaScript. Calls it with what stands in CELLS.regs. */
export function compileCall(
  memory: LinearMemory,
  map: KernelMap,
  helper: HelperName,
  cpus: number,
  inJavaScript: () => void,
  known: Known = {},
): (() => void) | undefined {
  const code = new CodeWriter('run', '-> ', []);
  const regs = Array.from({ length: REGS }, (_, reg) => code.local('i64', `r${reg}`));
  regs.forEach((reg, i) =>
    code
      .i32(0)
      .mem('i64_load', CELLS.regs + 8 * i)
      .set(reg),
  );
  const functions = new Map<FuncName, FuncCode>();
  const scratches = new Map<string, Local>();
  const context: CallContext = {
    code,
    prog: {} as KernelProg, // helpers of maps do not look at it
    pc: 0,
    helper,
    regs,
    frame: code.local('i32', 'frame'),
    map,
    constKey: known.constKey,
    constant: (reg) => known.constants?.[reg],
    cpus,
    scratch(type: ValueType, number: number) {
      const name = `${type}:${number}`;
      const local = scratches.get(name) ?? code.local(type, name);
      scratches.set(name, local);
      return local;
    },
    runtime(name, make) {
      if (!functions.has(name)) functions.set(name, make());
      return name;
    },
    leave() {},
    comeBack() {},
    checkBudget() {},
    callSub: () => undefined,
    callHelper() {
      code.i32(0).call('js:call');
      code.i32(0).mem('i64_load', CELLS.regs).set(regs[0]!);
    },
    note() {},
  };
  if (!inlineCall(context)) return undefined;
  code.i32(0).get(regs[0]!).mem('i64_store', CELLS.regs);
  const { bytes } = writeModule({
    imports: [{ name: 'js:call', type: 'i32 -> ' }],
    functions: [...functions.values(), code.finish()],
    exports: ['run'],
    pages: 1,
  });
  const env = { memory: memory.wasm, table: createWasmTable(0), 'js:call': inJavaScript };
  return instantiate(bytes, env)['run'];
}

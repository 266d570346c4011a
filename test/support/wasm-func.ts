// Functions of WebAssembly that tests write, as functions of JavaScript.
import { writeModule } from '../../vm/jit/wasm/module-writer.ts';
import type { FuncCode, FuncName, FuncType } from '../../vm/jit/wasm/types.ts';

/** What a function gives and takes: i64 is a bigint. */
type Value = number | bigint;

/** What the functions import, by name. */
export type Imports = Readonly<
  Record<FuncName, { readonly type: FuncType; readonly run: (...args: never[]) => unknown }>
>;

/** The bytes of a module with one page of memory that exports all functions, and where each begins in it. */
export function moduleOf(
  functions: readonly FuncCode[],
  imports: Imports = {},
): ReturnType<typeof writeModule> {
  const given = Object.entries(imports).map(([name, { type }]) => ({ name, type }));
  return writeModule({ imports: given, functions, exports: functions.map(({ name }) => name), pages: 1 });
}

/** Runs functions: by name. Throws what the host throws for code that is not valid. */
export function wasmFunctions(
  functions: readonly FuncCode[],
  imports: Imports = {},
): Readonly<Record<FuncName, (...args: Value[]) => Value>> {
  const { bytes } = moduleOf(functions, imports);
  const memory = new WebAssembly.Memory({ initial: 1 });
  const table = new WebAssembly.Table({ initial: 1, element: 'anyfunc' });
  const runs = Object.fromEntries(Object.entries(imports).map(([name, { run }]) => [name, run]));
  const env = { memory, table, ...(runs as Record<string, () => Value>) }; // they take what their types say
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>), {
    env,
  });
  return instance.exports as Record<FuncName, (...args: Value[]) => Value>; // functions only
}

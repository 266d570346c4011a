// The part of the WebAssembly namespace that the machine uses. vm is compiled without the DOM's types, and they are the only
// ones that declare it; every host of JavaScript has it.

/** A WebAssembly.Memory. `buffer` is another object after each `grow`, and the old one is empty then. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB, returns the number there were. Throws RangeError when the host refuses. */
  grow(pages: number): number;
}

/** A WebAssembly.Table of functions. */
export interface WasmTable {
  readonly length: number;
  grow(by: number): number;
  set(index: number, func: unknown): void;
}

/** A compiled WebAssembly.Module; opaque. */
export interface WasmModule {
  readonly isWasmModule?: never;
}

/** What a module exports: functions, here. */
export type WasmExports = Readonly<Record<string, (...args: never[]) => unknown>>;

declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number; maximum: number }) => WasmMemory;
  readonly Table: new (limits: { element: 'anyfunc'; initial: number }) => WasmTable;
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule, imports: { env: object }) => { readonly exports: WasmExports };
  readonly RuntimeError: new () => Error;
  validate(bytes: Uint8Array): boolean;
};

/** Bytes of one page of WebAssembly memory. */
export const PAGE_BYTES = 0x1_0000;

/** A new memory, sizes in pages. */
export function createWasmMemory(initial: number, maximum: number): WasmMemory {
  return new WebAssembly.Memory({ initial, maximum });
}

/** A new table, all of it null. */
export function createWasmTable(initial: number): WasmTable {
  return new WebAssembly.Table({ element: 'anyfunc', initial });
}

/** Compiles a module and makes an instance of it; `env` has what it imports. Throws WebAssembly.CompileError or LinkError: a bug of the JIT. */
export function instantiate(bytes: Uint8Array, env: object): WasmExports {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env }).exports;
}

/** True for what a trap throws. */
export function isTrap(error: unknown): error is Error {
  return error instanceof WebAssembly.RuntimeError;
}

/** Whether the host takes these bytes: how one asks for a feature. */
export function isTaken(bytes: Uint8Array): boolean {
  return WebAssembly.validate(bytes);
}

/** Whether the host compiles a module that it takes: a page may be forbidden to. */
export function isCompiled(bytes: Uint8Array): boolean {
  try {
    void new WebAssembly.Module(bytes);
    return true;
  } catch {
    return false;
  }
}

// The part of the WebAssembly namespace that the machine uses. vm is compiled without the DOM's types, and they are the only
// ones that declare it; every host of JavaScript has it.

/** A WebAssembly.Memory. `buffer` is another object after each `grow`, and the old one is empty then. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB, returns the number there were. Throws RangeError when the host refuses. */
  grow(pages: number): number;
}

declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number; maximum: number }) => WasmMemory;
};

/** Bytes of one page of WebAssembly memory. */
export const PAGE_BYTES = 0x1_0000;

/** A new memory, sizes in pages. */
export function createWasmMemory(initial: number, maximum: number): WasmMemory {
  return new WebAssembly.Memory({ initial, maximum });
}

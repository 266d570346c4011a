// Whether the host has what generated code needs: tail calls of WebAssembly. Browsers have had them since 2023 (Safari since the end of 2024).
import { isTaken } from '../../memory/wasm.ts';
import { CodeWriter } from '../wasm/code-writer.ts';
import { writeModule } from '../wasm/module-writer.ts';

let answer: boolean | undefined;

/** True where programs can be compiled; asked of the host once. */
export function canCompile(): boolean {
  answer ??= isTaken(probe());
  return answer;
}

/** The smallest module with both kinds of tail call. */
function probe(): Uint8Array {
  const direct = new CodeWriter('direct', 'i32 -> i32', ['x']);
  const indirect = new CodeWriter('indirect', 'i32 -> i32', ['x']);
  const functions = [
    direct.get(0).returnCall('indirect').finish(),
    indirect.get(0).get(0).returnCallIndirect('i32 -> i32').finish(),
  ];
  return writeModule({ imports: [], functions, exports: [], pages: 1 }).bytes;
}

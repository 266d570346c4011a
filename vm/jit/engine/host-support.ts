// Whether programs can be compiled here: the host has the tail calls of WebAssembly, and lets code be compiled. Browsers have them since Chrome 112 (2023),
// Firefox 121 (2023) and Safari 18.2 (2024). A page whose Content-Security-Policy has a script-src must name 'wasm-unsafe-eval' there.
// @see https://www.w3.org/TR/CSP3/ EnsureCSPDoesNotBlockWasmByteCompilation
import { isCompiled, isTaken } from '../../memory/wasm.ts';
import { CodeWriter } from '../wasm/code-writer.ts';
import { writeModule } from '../wasm/module-writer.ts';

/** What the host may lack. */
const LACKS = {
  tailCalls: 'the host has no tail calls in WebAssembly',
  compiling: 'the host does not let WebAssembly be compiled',
} as const;
type Lack = keyof typeof LACKS;

let answer: Lack | 'nothing' | undefined;

/** Why the host can compile no program, and the interpreter runs all; undefined where it can. Asked of the host once. */
export function whyNoCode(): string | undefined {
  answer ??= lackOf(probe());
  return answer === 'nothing' ? undefined : LACKS[answer];
}

function lackOf(bytes: Uint8Array): Lack | 'nothing' {
  if (!isTaken(bytes)) return 'tailCalls';
  return isCompiled(bytes) ? 'nothing' : 'compiling';
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

// What went wrong in generated code itself: a trap, or a stack of the host that is used up. The place stands in the stack of the Error, as V8 and Firefox
// print it: 'prog:12:40 (wasm://wasm/1f2e:wasm-function[7]:0x1c4)'. Safari prints names and no offsets.
import { isTrap } from '../../memory/wasm.ts';
import type { FuncName } from '../wasm/types.ts';

/** Where generated code stood. */
export interface TrapPlace {
  /** Id of the program. */
  readonly id: number;
  readonly func: FuncName;
  /** Offset in the module, -1 where the host does not tell. */
  readonly offset: number;
}

/** What went wrong. */
export interface Trap {
  readonly what: string;
  readonly place: TrapPlace | undefined;
}

/** How hosts say that there is no stack left: V8, JavaScriptCore, Firefox. */
const OUT_OF_STACK = /call stack|too much recursion/i;
const FRAME = /\b((?:prog|call):(\d+)(?::\d+)?)\b(?:.*?wasm-function\[\d+\]:0x([\da-f]+))?/;

/** The trap that something thrown stands for; undefined when it did not come from generated code. */
export function trapOf(error: unknown): Trap | undefined {
  if (!(error instanceof Error)) return undefined;
  const { message, stack = '' } = error;
  // A host's own function may use up the stack too: then it stands above all generated code.
  const isTold = isTrap(error) || (OUT_OF_STACK.test(message) && startsInCode(stack));
  return isTold ? { what: message, place: placeOf(stack) } : undefined;
}

/** The innermost frame of a program. */
function placeOf(stack: string): TrapPlace | undefined {
  const [, func, id, offset] = FRAME.exec(stack) ?? [];
  if (func === undefined) return undefined;
  return { id: Number(id), func, offset: offset === undefined ? -1 : Number.parseInt(offset, 16) };
}

/** Whether the first line that names a place is one of generated code. */
function startsInCode(stack: string): boolean {
  const first = stack.split('\n').find((line) => /^\s*at |@/.test(line));
  return first !== undefined && /wasm-function|\[wasm code\]/.test(first);
}

// Arrays: look-ups in place, an index compared, multiplied and added; updates as functions of the runtime.
import { ERRNO } from '../../errno.ts';
import type { CellsLayout } from '../../maps/layout.ts';
import { UPDATE_FLAGS } from '../../maps/types.ts';
import type { MapSpec } from '../../object.ts';
import { CELLS } from '../cells.ts';
import type { CodeWriter, Local } from '../wasm/code-writer.ts';
import type { FuncCode, FuncName } from '../wasm/types.ts';
import type { CallContext } from './call.ts';
import { answer, UPDATE, updateWriter } from './maps-calls.ts';
import { addressOnStack, constantAddress } from './maps-table.ts';
import { copyBytes } from './maps-words.ts';

/** The index of a cell. */
export type Index =
  | { readonly kind: 'local'; readonly local: Local }
  | { readonly kind: 'constant'; readonly value: number };

/** Leaves the offset of the cell of an index, which there is, on the stack: of the CPU in a local, or of the one that runs. */
export function cellOf(code: CodeWriter, layout: CellsLayout, index: Index, cpu?: Local): CodeWriter {
  const { cellsAt, stride, cpus } = layout;
  const step = cpus * stride;
  if (index.kind === 'constant') code.i32(cellsAt + index.value * step);
  else code.get(index.local).i32(step).op('i32_mul').i32(cellsAt).op('i32_add');
  if (cpus === 1) return code;
  if (cpu === undefined) code.i32(0).mem('i32_load', CELLS.cpu);
  else code.get(cpu);
  return code.i32(stride).op('i32_mul').op('i32_add');
}

/** Look-up in an array of `entries`, with the index at the offset in r2. With `cpu`, a local: the value of that CPU, which is one of the machine's. */
export function lookupCell(call: CallContext, layout: CellsLayout, entries: number, cpu?: Local): void {
  const { code, regs, constKey } = call;
  const r0 = regs[0]!;
  if (constKey !== undefined) {
    if (constKey >= entries) code.i64(0);
    else if (layout.cpus === 1 && layout.holds === 'value')
      constantAddress(code, layout.cellsAt + constKey * layout.stride);
    else cellAddress(call, layout, { kind: 'constant', value: constKey }, cpu);
    code.set(r0);
    return;
  }
  const index = call.scratch('i32', 0);
  code.get(regs[2]!).op('i32_wrap_i64').mem('i32_load', 0).tee(index);
  code.i32(entries).op('i32_lt_u').if('i64');
  // One entry: the index is 0 here.
  cellAddress(
    call,
    layout,
    entries === 1 ? { kind: 'constant', value: 0 } : { kind: 'local', local: index },
    cpu,
  );
  code.else().i64(0).end().set(r0);
}

/** Leaves the address of what a cell holds on the stack, 0 where it holds nothing. */
function cellAddress(call: CallContext, layout: CellsLayout, index: Index, cpu?: Local): void {
  const { code } = call;
  cellOf(code, layout, index, cpu);
  if (layout.holds === 'value') {
    addressOnStack(code);
    return;
  }
  const inner = call.scratch('i32', 1);
  code.mem('i32_load', 0).tee(inner).if('i64');
  addressOnStack(code.get(inner)).else().i64(0).end();
}

/** An update of an array: its elements always exist. @see kernel/bpf/arraymap.c array_map_update_elem */
export function writeCellUpdate(name: FuncName, layout: CellsLayout, spec: MapSpec): FuncCode {
  const code = updateWriter(name);
  const index = code.local('i32', 'index');
  const to = code.local('i32', 'to');
  const { flags } = UPDATE;
  code.get(flags).i32(~UPDATE_FLAGS.lock).op('i32_and').i32(UPDATE_FLAGS.exist).op('i32_gt_u').if();
  answer(code, -ERRNO.EINVAL);
  code.end();
  code.get(UPDATE.key).mem('i32_load', 0).tee(index).i32(spec.maxEntries).op('i32_ge_u').if();
  answer(code, -ERRNO.E2BIG);
  code.end();
  code.get(flags).i32(UPDATE_FLAGS.noexist).op('i32_and').if();
  answer(code, -ERRNO.EEXIST);
  code.end();
  // There is no lock: the map has no fields.
  code.get(flags).i32(UPDATE_FLAGS.lock).op('i32_and').if();
  answer(code, -ERRNO.EINVAL);
  code.end();
  cellOf(code, layout, { kind: 'local', local: index }).set(to);
  copyBytes(code, to, 0, UPDATE.value, spec.valueSize);
  code.i64(0);
  return code.finish();
}

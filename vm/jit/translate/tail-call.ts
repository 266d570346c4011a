// bpf_tail_call: the slot is looked up where the prog array has it, what happens is counted there, and the jump is one of WebAssembly.
// @see interp/cpu.ts tailCall, maps/prog-array.ts jump
import type { KernelMap } from '../../maps/map.ts';
import { MAP_HEADER_BYTES } from '../../maps/map.ts';
import { MAX_TAIL_CALLS, PROG_ARRAY_LAYOUT as LAYOUT } from '../../maps/prog-array.ts';
import { CELLS } from '../cells.ts';
import { progName, PROG_TYPE } from '../unit.ts';
import type { Local } from '../wasm/code-writer.ts';
import { writeBill } from './frame.ts';
import type { FuncWriter } from './func-writer.ts';
import { regCell } from './reg-writer.ts';
import { askKernel, forgetAfterCall } from './kernel-call.ts';
import { ARGS, R0, TAIL_CALL_ARGS } from './registers.ts';

export function writeTailCall(f: FuncWriter): void {
  const map = arrayOf(f);
  if (map === undefined) askForProg(f);
  else lookUp(f, map);
  f.code.note('tail call');
  if (f.isChecked) f.clearRegs([R0, ...ARGS]);
  forgetAfterCall(f);
}

/** The prog array that r2 holds on all paths, as the verifier saw them. */
function arrayOf({ mode, pc, prog: { known } }: FuncWriter): KernelMap | undefined {
  const map = known?.facts[pc]?.map;
  return mode !== 'verified' || map === undefined || map === 'many' ? undefined : known?.maps.get(map);
}

/** The engine checks and counts, and gives the id of the program. */
function askForProg(f: FuncWriter): void {
  const { code } = f;
  const id = f.scratch('i32', 0);
  askKernel(f, ARGS);
  f.pushCell('i32_load', regCell(R0));
  code.tee(id).if();
  jump(f, id);
  code.end();
}

function lookUp(f: FuncWriter, { at, spec }: KernelMap): void {
  const { code, prog } = f;
  const body = at + MAP_HEADER_BYTES;
  const { slot, slots } = LAYOUT;
  const constKey = prog.known?.facts[f.pc]?.constKey;
  const place = f.scratch('i32', 1); // of the slot, from the first one
  const id = f.scratch('i32', 0);
  const index = f.scratch('i32', 2);
  const failure = (counter: number): void => {
    f.bump(body + counter);
    code.br(1);
  };
  code.block();
  if (constKey === undefined) {
    f.pushLow(TAIL_CALL_ARGS.index);
    code.tee(index).i32(spec.maxEntries).op('i32_ge_u').if();
    failure(LAYOUT.outOfRange);
    code.end();
    code.get(index).i32(slot.bytes).op('i32_mul').set(place);
  } else if (constKey >= spec.maxEntries) {
    f.bump(body + LAYOUT.outOfRange);
    code.br(0).end();
    return;
  }
  f.pushCell('i32_load', CELLS.tailCalls);
  code.i32(MAX_TAIL_CALLS).op('i32_ge_u').if();
  failure(LAYOUT.limit);
  code.end();
  const first = body + slots + (constKey ?? 0) * slot.bytes;
  const pushPlace = (): void => {
    if (constKey === undefined) code.get(place);
    else code.i32(0);
  };
  const bump = (offset: number): void => {
    pushPlace();
    pushPlace();
    code.mem('f64_load', offset).f64(1).op('f64_add').mem('f64_store', offset);
  };
  pushPlace();
  code.mem('i32_load', first).tee(id).op('i32_eqz').if();
  bump(first + slot.empty);
  code.br(1).end();
  bump(first + slot.hits);
  jump(f, id, constKey === undefined ? undefined : first);
  code.end();
}

/** Goes to the program with this id. `slotAt`: the slot that it stands in, where the code names one. */
function jump(f: FuncWriter, id: Local, slotAt?: number): void {
  const { code, unit } = f;
  f.setCell('i32_store', CELLS.tailCalls, () => {
    f.pushCell('i32_load', CELLS.tailCalls);
    code.i32(1).op('i32_add');
  });
  f.checkBudget();
  f.saveInsns();
  writeBill(f);
  const known = slotAt === undefined ? undefined : unit.options.inSlot?.(slotAt);
  if (known !== undefined && slotAt !== undefined) {
    unit.jumps.set(slotAt, known);
    code.get(id).i32(known.id).op('i32_eq').if();
    pushParams(f);
    code.returnCall(progName(known)).end();
  }
  pushParams(f);
  code.get(id).returnCallIndirect(PROG_TYPE);
}

/** The ctx, and this frame. */
function pushParams(f: FuncWriter): void {
  f.pushLow(TAIL_CALL_ARGS.ctx);
  f.code.get(f.frame);
}

// The old packet loads, ld_abs and ld_ind: big endian from the packet behind the ctx in r6. Bytes that lie in what the ctx shows of the packet are loaded
// here; the engine looks for others, and says when the function ends.
// @see interp/packet.ts
import { SIZES } from '../../isa/opcodes.ts';
import type { Op } from '../../isa/ops.ts';
import { SK_BUFF } from '../../kernel/ctx-net.ts';
import { ARGS, PACKET_CTX_REG, R0 } from './registers.ts';
import type { FuncWriter } from './func-writer.ts';
import { pushSwapped } from './alu.ts';
import { writeExit } from './frame.ts';

export function writePacketLoad(f: FuncWriter, { mode, size }: Extract<Op, { kind: 'packet' }>): void {
  const { code, prog } = f;
  const isIndirect = mode === 'ind';
  const src = prog.code.src[f.pc]!;
  const off = prog.code.imm[f.pc]!;
  const { bytes } = SIZES[size];
  const ask = (): void => {
    f.saveRegs([PACKET_CTX_REG, ...(isIndirect ? [src] : [])]);
    f.leave();
    code.i32(f.site());
    f.js('js:packet');
    code.op('i32_eqz').if();
    f.clearRegs([R0, ...(f.isChecked ? ARGS : [])]);
    writeExit(f);
    code.end();
    f.loadRegs([R0]);
  };
  if (f.mode !== 'verified' || size === 'dw') {
    ask();
    if (f.isChecked) f.clearRegs(ARGS);
    return;
  }
  // An offset below 0 is one of a header, and looks like one far behind the packet here.
  const at = f.scratch('i32', 1);
  const end = f.scratch('i32', 2);
  code.i32(off);
  if (isIndirect) {
    f.pushLow(src);
    code.op('i32_add');
  }
  code.set(at);
  f.pushLow(PACKET_CTX_REG);
  code.mem('i32_load', SK_BUFF.data_end.off);
  f.pushLow(PACKET_CTX_REG);
  code.mem('i32_load', SK_BUFF.data.off).op('i32_sub').set(end); // bytes of the packet
  code.get(at).get(end).op('i32_lt_u');
  code.get(end).get(at).op('i32_sub').i32(bytes).op('i32_ge_u').op('i32_and').if();
  f.pushLow(PACKET_CTX_REG);
  code.mem('i32_load', SK_BUFF.data.off).get(at).op('i32_add');
  if (size === 'b') code.mem('i32_load8_u', 0);
  else {
    code.mem(size === 'h' ? 'i32_load16_u' : 'i32_load', 0);
    pushSwapped(f, size === 'h' ? 16 : 32);
  }
  f.setLow(R0);
  code.else();
  ask();
  code.end();
}

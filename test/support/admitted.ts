// Whether what a register holds in a run is one of the things that the verifier says it may hold.
import type { Cpu } from '../../vm/interp/cpu.ts';
import { STACK_BYTES } from '../../vm/interp/frames.ts';
import { addressOf } from '../../vm/memory/linear.ts';
import { offsetInCell, type RegionTable } from '../../vm/memory/regions.ts';
import { hasFlag, type Reg } from '../../vm/verifier/reg.ts';
import { isConst } from '../../vm/verifier/scalar.ts';
import { viewsAgainst } from './random-scalars.ts';

/** A run, in front of an insn. */
export interface RunPlace {
  readonly cpu: Cpu;
  /** How many frames the verifier's state has. */
  readonly frames: number;
  readonly cells: RegionTable;
}

const FRAME_STRIDE = 2 * STACK_BYTES;
const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);

/** What is against it; undefined when nothing is. Kinds of pointers that are not looked into are only asked to be no null. */
export function whyNot(reg: Reg, value: bigint, place: RunPlace): string | undefined {
  if (reg.type === 'not_init') return undefined;
  if (reg.type === 'scalar') return views(reg, value);
  if (value === 0n && hasFlag(reg, 'maybe_null')) return undefined;
  const base = baseOf(reg, value, place);
  if (base === undefined) return value === 0n ? 'null' : undefined;
  return base === 'nowhere' ? base : views(reg, u64(value - base - BigInt(reg.off)));
}

function views({ scalar }: Reg, number: bigint): string | undefined {
  const against = viewsAgainst(scalar, number);
  return against.length === 0 ? undefined : against.join();
}

/** The address that offsets of the pointer are counted from; undefined when that is not known here. */
function baseOf(reg: Reg, value: bigint, { cpu, frames, cells }: RunPlace): bigint | 'nowhere' | undefined {
  switch (reg.type) {
    case 'stack':
      return cpu.q[10]! - BigInt(FRAME_STRIDE * (frames - 1 - reg.frame));
    case 'ctx':
      return addressOf(cpu.event.ctxAt);
    case 'pkt':
    case 'pkt_end': {
      const { packet } = cpu;
      if (packet === undefined) return 'nowhere';
      if (reg.type === 'pkt_end') return addressOf(packet.dataEnd);
      // bytes behind the pointer that were found to be there; without any it may point past the end
      const isThere =
        reg.range <= 0 || value - BigInt(reg.off) + BigInt(reg.range) <= addressOf(packet.dataEnd);
      return isThere ? addressOf(packet.data) : 'nowhere';
    }
    case 'map_value':
      return valueOf(reg, value, cells);
    default:
      return undefined;
  }
}

/** The map value that a pointer is counted from: a pointer that went past an end may stand in another. */
function valueOf(reg: Reg, value: bigint, cells: RegionTable): bigint | 'nowhere' | undefined {
  const at = Number(value & 0xffff_ffffn);
  const off = isConst(reg.scalar) ? reg.off + Number(reg.scalar.smin) : 0;
  const region = cells.find(at - off);
  if (region === undefined) return isConst(reg.scalar) ? 'nowhere' : undefined;
  if (isConst(reg.scalar)) return offsetInCell(region, at - off) === 0 ? addressOf(at - off) : 'nowhere';
  const bases: bigint[] = [];
  for (let cell = region.start; cell < region.end; cell += region.stride)
    bases.push(addressOf(cell + region.skip));
  const fits = (base: bigint): boolean => views(reg, u64(value - base - BigInt(reg.off))) === undefined;
  return bases.find(fits) ?? bases[0];
}

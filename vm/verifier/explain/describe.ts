// What a register holds, in words.
import { hasFlag, isPacketPointer, type Reg } from '../reg.ts';
import { isConst, type Scalar } from '../scalar.ts';

/** 'a number from 0 to 255', 'a pointer to a value of map counts (8 bytes), or null'. */
export function describeReg(reg: Reg, frame: number): string {
  if (reg.type === 'not_init') return 'nothing that may be read';
  if (reg.type === 'scalar') return describeNumber(reg.scalar);
  const { of, isItself } = pointee(reg, frame);
  const orNull = hasFlag(reg, 'maybe_null') ? ', or null' : '';
  return `${isItself ? '' : 'a pointer to '}${of}${whereIn(reg)}${orNull}`;
}

/** 'the number 7', 'a number from 0 to 255', 'a number that may be anything'. */
export function describeNumber(scalar: Scalar): string {
  if (isConst(scalar)) return `the number ${BigInt.asIntN(64, scalar.bits.value)}`;
  const step = lowestBit(scalar.bits.value | scalar.bits.mask);
  const kind = step > 1n && step < 1n << 32n ? `a multiple of ${step}` : 'a number';
  return `${kind}${rangeWords(scalar)}`;
}

/** ' from 0 to 255', ' of at most 31, which may be negative', ' that may be anything'. */
function rangeWords({ smin, smax, umin, umax }: Scalar): string {
  if (smin >= 0n) {
    if (smax < U63_MAX - 7n) return ` from ${smin} to ${smax}`;
    return smin === 0n ? ' from 0 up to 2^63 - 1' : ` of at least ${smin}`;
  }
  if (umin > 0n && umax === U64_MAX) return ` of at least ${umin}, taken as unsigned`;
  const isBelow = smax < U63_MAX - 7n;
  const isAbove = smin > -U63_MAX;
  if (isBelow && isAbove) return ` from ${smin} to ${smax}`;
  if (isBelow) return ` of at most ${smax}, which may be negative`;
  return isAbove ? ` of at least ${smin}` : ' that may be anything';
}

const U63_MAX = (1n << 63n) - 1n;
const U64_MAX = (1n << 64n) - 1n;

function lowestBit(bits: bigint): bigint {
  return bits & -bits;
}

/** What a pointer points at; `isItself`: the words name the thing, and not what is behind it. */
export function pointee(reg: Reg, frame: number): { readonly of: string; readonly isItself?: true } {
  const { type, map, btf, object, memBytes } = reg;
  const name = map?.spec.name ?? '';
  switch (type) {
    case 'ctx':
      return { of: 'the ctx', isItself: true };
    case 'map_ptr':
      return { of: `map ${name}`, isItself: true };
    case 'map_value':
      return { of: `a value of map ${name} (${map?.spec.valueSize ?? 0} bytes)` };
    case 'map_key':
      return { of: `a key of map ${name} (${map?.spec.keySize ?? 0} bytes)` };
    case 'stack':
      return { of: reg.frame === frame ? 'the stack' : "the stack of a caller's function" };
    case 'pkt':
    case 'pkt_meta':
      return { of: type === 'pkt' ? 'the packet' : 'the data in front of the packet' };
    case 'pkt_end':
      return { of: 'the end of the packet (data_end)', isItself: true };
    case 'mem':
      return {
        of: hasFlag(reg, 'ringbuf')
          ? `a record of ${memBytes} bytes in a ring buffer`
          : `memory of ${memBytes} bytes`,
      };
    case 'btf_id': {
      const record = btf?.btf.type(btf.id);
      const struct = record !== undefined && 'name' in record ? record.name : (object?.name ?? '');
      return {
        of: hasFlag(reg, 'alloc') ? `an object of type ${struct}` : `a struct ${struct} of the kernel`,
      };
    }
    case 'func':
      return { of: 'the address of a function', isItself: true };
    default:
      return { of: KINDS[type] ?? 'memory of the kernel' };
  }
}

const KINDS: Readonly<Partial<Record<Reg['type'], string>>> = {
  flow_keys: 'struct bpf_flow_keys',
  sock: 'a socket',
  sock_common: 'a socket',
  tcp_sock: 'a TCP socket',
  xdp_sock: 'an AF_XDP socket',
  tp_buffer: 'the arguments of a tracepoint',
  arena: 'an arena',
  buf: 'a buffer of the kernel',
  dynptr: 'a dynptr',
};

/** ', 8 bytes in', ', at r10-16', ', from 0 to 248 bytes in'. */
function whereIn(reg: Reg): string {
  const { type, scalar, off, range } = reg;
  if (isConst(scalar)) {
    const at = off + Number(BigInt.asIntN(64, scalar.bits.value));
    if (type === 'stack') return at === 0 ? ', at its top (r10)' : ` at r10${at < 0 ? at : `+${at}`}`;
    const place = at === 0 ? '' : `, ${at} bytes in`;
    return isPacketPointer(reg) ? `${place}${knownRange(range)}` : place;
  }
  const base = off === 0 ? '' : `${off} bytes and `;
  const place = `, moved by ${base}${describeNumber(scalar)}`;
  return isPacketPointer(reg) ? `${place}${knownRange(range)}` : place;
}

function knownRange(range: number): string {
  return range > 0
    ? ` (${range} bytes of it are known to be there)`
    : ' (nothing of it is known to be there)';
}

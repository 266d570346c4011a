// Why programs are refused: loads and stores.
import { ERRNO } from '../../errno.ts';
import { CALLEE_MEMORY_MESSAGES } from './callee-memory.ts';
import { bytesWords, typeWords } from './plain-words.ts';
import type { MessageTable } from './row.ts';
import { STACK_MESSAGES } from './stack.ts';

const CHECK_INDEX =
  'compare the index with the number of elements as unsigned numbers (if (i >= LIMIT) return 0), or mask it (i &= LIMIT - 1), on every path to here';
const PACKET_CHECK =
  'compare the end of what you need with data_end first: if (data + offset + size > data_end) return';
const notAllWithin = (reg: number, off: number, bytes: number, size: number): string =>
  `${bytesWords(bytes)} at offset ${off} are not all within the ${size} bytes behind r${reg}`;

export const MEMORY_MESSAGES = {
  ...STACK_MESSAGES,
  ...CALLEE_MEMORY_MESSAGES,
  'no-memory': {
    errno: ERRNO.EACCES,
    text: (reg: number, type: string) => `R${reg} invalid mem access '${type}'`,
    why: (reg: number, type: string) =>
      type.includes('or_null')
        ? `r${reg} may be null here: nothing on this path has compared it with 0`
        : type === 'scalar'
          ? `r${reg} holds a number, and no pointer that the verifier knows: numbers are no addresses for a program`
          : `r${reg} is ${typeWords(type)}: memory is not reached through that`,
    fix: (reg: number, type: string) =>
      type.includes('or_null')
        ? `leave when it is null: if (r${reg} == 0) return, before the access`
        : type === 'scalar'
          ? "keep the pointer itself (arithmetic on two pointers and 32-bit copies make a number of it); read the kernel's or the user's memory with bpf_probe_read_kernel or bpf_probe_read_user"
          : 'use the pointer for what it is made for: as an argument, or in a comparison',
  },
  'write-rdonly': {
    errno: ERRNO.EACCES,
    text: (reg: number, type: string) => `R${reg} cannot write into ${type}`,
    why: (reg: number) => `what r${reg} points at may only be read`,
    fix: 'copy the data to the stack or into a map value, and change the copy',
  },
  'map-key-write': {
    errno: ERRNO.EACCES,
    text: (reg: number) => `write to change key R${reg} not allowed`,
    why: (reg: number) => `r${reg} points at the key of a map entry, by which the map finds it`,
    fix: 'delete the entry and make another one with the new key',
  },
  'map-write': {
    errno: ERRNO.EACCES,
    text: (size: number, off: number, bytes: number) =>
      `write into map forbidden, value_size=${size} off=${off} size=${bytes}`,
    why: 'the map was made with BPF_F_RDONLY_PROG (global constants are such a map): programs may only read its values',
    fix: 'write to another map; a global variable that is written must not be const',
  },
  'map-read': {
    errno: ERRNO.EACCES,
    text: (size: number, off: number, bytes: number) =>
      `read from map forbidden, value_size=${size} off=${off} size=${bytes}`,
    why: 'the map was made with BPF_F_WRONLY_PROG: programs may only write its values',
    fix: 'make the map without BPF_F_WRONLY_PROG, or keep a copy of what you read',
  },
  'constant-map': {
    errno: ERRNO.ENOTSUPP,
    text: (_entries: number) => '',
    why: (entries: number) =>
      `Linux reads a frozen, read-only array while it verifies, and fails when it has more than one entry; this one has ${entries}`,
    fix: 'make the array with one entry that holds all elements, or do not freeze it',
  },
  'index-negative': {
    errno: ERRNO.EACCES,
    text: (reg: number) =>
      `R${reg} min value is negative, either use unsigned index or do a if (index >=0) check.`,
    why: (reg: number) =>
      `the number that was added to r${reg} may be negative, so that the access may lie in front of the memory`,
    fix: CHECK_INDEX,
  },
  'region-min': {
    errno: ERRNO.EACCES,
    text: (reg: number, _off: number, _bytes: number, _size: number) =>
      `R${reg} min value is outside of the allowed memory range`,
    why: (reg: number, off: number, bytes: number, size: number) =>
      `even with the smallest offset that is possible, ${notAllWithin(reg, off, bytes, size)}`,
    fix: 'stay within the memory: check the offset and the size of the access against the size of the value',
  },
  'region-max': {
    errno: ERRNO.EACCES,
    text: (reg: number, _off: number, _bytes: number, _size: number) =>
      `R${reg} max value is outside of the allowed memory range`,
    why: (reg: number, off: number, bytes: number, size: number) =>
      `with the largest offset that is possible, ${notAllWithin(reg, off, bytes, size)}`,
    fix: CHECK_INDEX,
  },
  'region-unbounded': {
    errno: ERRNO.EACCES,
    text: (reg: number) => `R${reg} unbounded memory access, make sure to bounds check any such access`,
    why: (reg: number) => `the number that was added to r${reg} has no useful upper bound`,
    fix: CHECK_INDEX,
  },
  'packet-range': {
    errno: ERRNO.EACCES,
    text: (reg: number, _off: number, _bytes: number, _range: number) =>
      `R${reg} offset is outside of the packet`,
    why: (reg: number, off: number, bytes: number, range: number) =>
      range === 0
        ? `nothing behind r${reg} is known to be in the packet: no comparison with data_end on this path tells of it`
        : `${range} bytes behind r${reg} are known to be in the packet, and the access takes ${bytes} at ${off}`,
    fix: PACKET_CHECK,
  },
  'packet-end': {
    errno: ERRNO.EINVAL,
    text: (reg: number) => `R${reg} offset is outside of the packet`,
    why: (reg: number) => `on this path r${reg} is known to be at or behind the end of the packet`,
    fix: PACKET_CHECK,
  },
  'packet-write': {
    errno: ERRNO.EACCES,
    text: (_type: string) => 'cannot write into packet',
    why: (type: string) => `programs of type ${type} may read the packet, but not change it`,
    fix: 'change packets in a program of type xdp, sched_cls or lwt_xmit',
  },
  'flow-keys': {
    errno: ERRNO.EACCES,
    text: (off: number, bytes: number) => `invalid access to flow keys off=${off} size=${bytes}`,
    why: 'struct bpf_flow_keys has 56 bytes',
    fix: 'access its fields at offsets from 0 to 55',
  },
  'buffer-negative': {
    errno: ERRNO.EACCES,
    text: (reg: number, name: string, off: number, bytes: number) =>
      `R${reg} invalid ${name} buffer access: off=${off}, size=${bytes}`,
    why: (reg: number) => `the access lies in front of the buffer that r${reg} points at`,
    fix: 'use an offset that is not negative',
  },
  'buffer-variable': {
    errno: ERRNO.EACCES,
    text: (reg: number, off: number, varOff: string) =>
      `R${reg} invalid variable buffer offset: off=${off}, var_off=${varOff}`,
    why: (reg: number) =>
      `how large the buffer behind r${reg} is, is known when the program is attached; the program must use constant offsets, so that it can be checked then`,
    fix: 'use a constant offset, or copy the buffer with bpf_probe_read_kernel and index the copy',
  },
  'offset-negative': {
    errno: ERRNO.EACCES,
    text: (type: string, reg: number, off: number) =>
      `negative offset ${type} ptr R${reg} off=${off} disallowed`,
    why: (_type: string, reg: number, off: number) =>
      `r${reg} was moved by ${off}, in front of what it pointed at`,
    fix: 'use the pointer as it was given',
  },
  'offset-fixed': {
    errno: ERRNO.EACCES,
    text: (type: string, reg: number, off: number) =>
      `dereference of modified ${type} ptr R${reg} off=${off} disallowed`,
    why: (type: string, reg: number, off: number) =>
      `r${reg}, ${typeWords(type)}, was moved by ${off}; it must be used as it was given, because what the access means depends on its offset`,
    fix: (_type: string, reg: number, off: number) =>
      `keep r${reg} as it was, and write the offset into the access: *(u32 *)(r${reg} + ${off})`,
  },
  'offset-variable': {
    errno: ERRNO.EACCES,
    text: (type: string, _reg: number, varOff: string) =>
      `variable ${type} access var_off=${varOff} disallowed`,
    why: (type: string, reg: number) =>
      `a number that is not known was added to r${reg}; it is ${typeWords(type)}, which is used at constant offsets only`,
    fix: 'use constant offsets: branch on the index, or unroll the loop',
  },
  misaligned: {
    errno: ERRNO.EACCES,
    text: (name: string, varOff: string, regOff: number, off: number, bytes: number) =>
      `misaligned ${name}access off ${varOff}+${regOff}+${off} size ${bytes}`,
    why: (_name: string, _varOff: string, _regOff: number, _off: number, bytes: number) =>
      `an access of ${bytesWords(bytes)} must begin at a multiple of ${bytes} here`,
    fix: 'move the data to an aligned offset, or access it in smaller pieces',
  },
  'misaligned-packet': {
    errno: ERRNO.EACCES,
    text: (align: number, varOff: string, regOff: number, off: number, bytes: number) =>
      `misaligned packet access off ${align}+${varOff}+${regOff}+${off} size ${bytes}`,
    why: (align: number, _varOff: string, _regOff: number, _off: number, bytes: number) =>
      `the program was loaded with BPF_F_STRICT_ALIGNMENT: with the ${align} bytes in front of it, an access of ${bytes} bytes must begin at a multiple of ${bytes}`,
    fix: 'access the packet in smaller pieces, or load the program without BPF_F_STRICT_ALIGNMENT',
  },
  'pointer-kinds': {
    errno: ERRNO.EINVAL,
    text: (_type: string, _before: string) => 'same insn cannot be used with different pointers',
    why: (type: string, before: string) =>
      `on one path this insn goes through ${typeWords(before)}, on this one through ${typeWords(type)}; each needs other machine code`,
    fix: 'make the access in each branch by itself, with its own pointer',
  },
  'atomic-load': {
    errno: ERRNO.EACCES,
    text: (reg: number, type: string) => `BPF_ATOMIC loads from R${reg} ${type} is not allowed`,
    why: (reg: number, type: string) =>
      `r${reg} is ${typeWords(type)}, whose loads the kernel rewrites; a load_acquire cannot be rewritten`,
    fix: 'load it with an ordinary load',
  },
  'atomic-store': {
    errno: ERRNO.EACCES,
    text: (reg: number, type: string) => `BPF_ATOMIC stores into R${reg} ${type} is not allowed`,
    why: (reg: number, type: string) =>
      `r${reg} is ${typeWords(type)}; atomic insns work on map values, memory and the stack`,
    fix: 'count in a map value instead, or use an ordinary store',
  },
  'map-struct': {
    errno: ERRNO.ENOTSUPP,
    text: (type: number) => `map_ptr access not supported for map type ${type}`,
    why: 'the kernel does not tell what the struct behind a map of this type looks like',
    fix: 'do not load through the pointer to the map; pass it to helpers',
  },
  'map-struct-negative': {
    errno: ERRNO.EACCES,
    text: (reg: number, name: string, off: number) =>
      `R${reg} is ${name} invalid negative access: off=${off}`,
    why: (reg: number, name: string) => `the load lies in front of the struct ${name} that r${reg} points at`,
    fix: 'use an offset that is not negative',
  },
  'map-struct-write': {
    errno: ERRNO.EACCES,
    text: (name: string) => `only read from ${name} is supported`,
    why: (name: string) =>
      `the pointer is to the map itself (struct ${name}), which belongs to the kernel, and not to one of its values`,
    fix: 'look the value up with bpf_map_lookup_elem, and write to that',
  },
  'packet-load-ctx': {
    errno: ERRNO.EINVAL,
    text: (_type: string) => 'at the time of BPF_LD_ABS|IND R6 != pointer to skb',
    why: (type: string) =>
      `these loads take the packet from the ctx in r6, and r6 is ${typeWords(type)} here`,
    fix: 'copy the ctx to r6 at the start of the function: r6 = r1',
  },
} as const satisfies MessageTable;

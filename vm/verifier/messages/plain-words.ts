// The kernel's words for types and ranges, in plain ones: for the columns that explain.

/** By the names of REG_TYPES, without prefixes and `_or_null`. */
// oxfmt-ignore
const TYPES: Readonly<Record<string, string>> = {
  '?':          'nothing',
  scalar:       'a number',
  ctx:          'the ctx',
  flow_keys:    'a pointer to struct bpf_flow_keys',
  map_ptr:      'a map',
  map_value:    'a pointer to a map value',
  map_key:      'a pointer to a map key',
  fp:           'a pointer to the stack',
  pkt:          'a pointer into the packet',
  pkt_meta:     'a pointer to the data in front of the packet',
  pkt_end:      'the end of the packet',
  sock:         'a socket',
  sock_common:  'a socket',
  tcp_sock:     'a TCP socket',
  xdp_sock:     'an AF_XDP socket',
  tp_buffer:    'the arguments of a tracepoint',
  ptr_:         'a pointer to a struct of the kernel',
  ptr_or_null_: 'a pointer to a struct of the kernel',
  mem:          'a pointer to memory',
  arena:        'an address in an arena',
  buf:          'a pointer to a buffer of the kernel',
  func:         'the address of a function',
  dynptr_ptr:   'a dynptr',
};

const PREFIX = /^(rdonly|ringbuf|user|percpu|rcu|untrusted|trusted)_/;

/** What a type is that a message names: 'a pointer to a map value, or null' for map_value_or_null. */
export function typeWords(type: string): string {
  let rest = type;
  let isRingbuf = false;
  let ending = '';
  for (let match = PREFIX.exec(rest); match !== null; match = PREFIX.exec(rest)) {
    if (match[1] === 'ringbuf') isRingbuf = true;
    if (match[1] === 'rdonly') ending = ' that may only be read';
    if (match[1] === 'untrusted') ending = ' that may be gone';
    rest = rest.slice(match[0].length);
  }
  const isNullable = rest.includes('or_null');
  const base = rest.replace(/_or_null$/, '');
  const struct = /^ptr_(?:or_null_)?(\w+)$/.exec(base)?.[1];
  const known = isRingbuf ? 'a record in a ring buffer' : TYPES[base];
  const words = known ?? (struct === undefined ? `of type ${base}` : `a pointer to struct ${struct}`);
  return `${words}${ending}${isNullable ? ', or null' : ''}`;
}

/** Of a list of types, each once: 'a pointer to the stack, a pointer to a map value or a number'. */
export function typesWords(list: string): string {
  const words = [...new Set(list.split(/,\s*/).map(typeWords))];
  const last = words.pop() ?? '';
  return words.length === 0 ? last : `${words.join(', ')} or ${last}`;
}

/** 'smin=7 smax=7' of a message about results: 'it is 7', 'it is from 0 to 4', 'it may be any number'. */
export function rangeWords(range: string): string {
  const low = /smin=(-?\d+)/.exec(range)?.[1];
  const high = /smax=(-?\d+)/.exec(range)?.[1];
  if (low !== undefined && high !== undefined)
    return low === high ? `it is ${low}` : `it may be from ${low} to ${high}`;
  if (low !== undefined) return `it may be ${low} or any number above`;
  return high === undefined ? 'it may be any number' : `it may be ${high} or any number below`;
}

/** '1 byte', '4 bytes'. */
export function bytesWords(bytes: number): string {
  return bytes === 1 ? '1 byte' : `${bytes} bytes`;
}

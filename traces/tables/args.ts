// How an argument of a system call is to be read, and the short notation that the tables write it in.
//
//   'fd fd, out buf count, size count'   kind, name and, for a buffer, the name of the argument that holds its size

/** Kinds of argument. `pointer`: the register holds an address. `out`: the kernel writes what is behind it. */
export const ARG_FORMS = {
  fd: { pointer: false, out: false, summary: 'file descriptor' },
  int: { pointer: false, out: false, summary: 'number or one of named constants' },
  flags: { pointer: false, out: false, summary: 'set of named bits' },
  mode: { pointer: false, out: false, summary: 'file permissions' },
  size: { pointer: false, out: false, summary: 'length in bytes' },
  off: { pointer: false, out: false, summary: 'file offset' },
  long: { pointer: false, out: false, summary: 'number as wide as the register' },
  lo: { pointer: false, out: false, summary: 'low half of a 64-bit number; on a 64-bit ABI all of it' },
  hi: {
    pointer: false,
    out: false,
    summary: 'high half of the 64-bit number whose low half stands beside it',
  },
  pid: { pointer: false, out: false, summary: 'process or thread id' },
  id: { pointer: false, out: false, summary: 'user, group or key id' },
  sig: { pointer: false, out: false, summary: 'signal number' },
  addr: { pointer: true, out: false, summary: 'address that is used as such' },
  path: { pointer: true, out: false, summary: 'file name, NUL at its end' },
  str: { pointer: true, out: false, summary: 'other string, NUL at its end' },
  strs: { pointer: true, out: false, summary: 'array of strings, each with NUL at its end' },
  in: { pointer: true, out: false, summary: 'bytes that the kernel reads, as many as another argument says' },
  out: { pointer: true, out: true, summary: 'bytes that the kernel writes, as many as the call returns' },
  outstr: { pointer: true, out: true, summary: 'string that the kernel writes, NUL at its end' },
  iovin: { pointer: true, out: false, summary: 'list of buffers that the kernel reads' },
  iovout: { pointer: true, out: true, summary: 'list of buffers that the kernel writes' },
  rd: { pointer: true, out: false, summary: 'struct that the kernel reads' },
  wr: { pointer: true, out: true, summary: 'struct that the kernel writes' },
  rw: { pointer: true, out: true, summary: 'struct that the kernel reads and writes' },
  ptr: { pointer: true, out: true, summary: 'number or pointer, as another argument says' },
} as const satisfies Record<string, { pointer: boolean; out: boolean; summary: string }>;
export type ArgForm = keyof typeof ARG_FORMS;

/** One argument: its name in the kernel, its kind, and for `in` and `out` which argument (0..5) holds the size; -1 for all others. */
export interface SyscallArg {
  readonly name: string;
  readonly kind: ArgForm;
  readonly sizeArg: number;
}

/** Reads the notation above. Throws on a kind or a size argument that is not there, which only our own tables can cause. */
export function parseArgs(text: string): readonly SyscallArg[] {
  if (text === '') return [];
  const words = text.split(', ').map((item) => item.split(' '));
  return words.map(([kind, name, size]) => {
    if (kind === undefined || name === undefined || !Object.hasOwn(ARG_FORMS, kind)) {
      throw new Error(`argument notation: kind and name expected in '${text}'`);
    }
    const sizeArg = size === undefined ? -1 : words.findIndex((word) => word[1] === size);
    if (size !== undefined && sizeArg < 0) throw new Error(`argument notation: no '${size}' in '${text}'`);
    return { name, kind: kind as ArgForm, sizeArg }; // a key of ARG_FORMS, as tested above
  });
}

// Why an object could not be loaded or attached.
import { ERRNO } from './errno.ts';
import type { VerifyInput } from './verifier/input.ts';
import type { Verdict } from './verifier/verdict.ts';

/** What a LoadError is about; `code` of the error. */
export const LOAD_ERRORS = {
  elf: 'the bytes are no ELF object of BPF programs, or a section of it makes no sense',
  btf: 'the types of the object make no sense',
  core: 'a CO-RE relocation finds nothing in the types of the kernel that the program needs',
  extern: 'a variable, function or option of the kernel that the object names is not there',
  map: 'a map could not be created',
  type: 'the program type, its attach type or its flags are none of the kernel',
  structure: 'the insns cannot run: bad opcode, jump out of range, no exit',
  unsupported: 'the kernel has it, this machine does not yet',
  verifier: 'the verifier refuses the program',
  reloc: 'an insn names a map that is not there, or a value that has no address',
  sleepable: 'programs of the type may not sleep, or must',
  owner: 'the map belongs to programs of another kind',
  slot: 'a prog_array slot could not be filled',
  hook: 'the section names no hook of this machine',
  memory: 'there is no room in linear memory',
} as const satisfies Record<string, string>;
export type LoadErrorCode = keyof typeof LOAD_ERRORS;

/** What the verifier was given, and what it said. */
export interface Refused {
  readonly input: VerifyInput;
  readonly verdict: Verdict;
}

interface LoadErrorDetails {
  readonly errno?: number;
  readonly pc?: number;
  readonly line?: number;
  readonly refused?: Refused | undefined;
  readonly section?: string;
  readonly offset?: number;
}

/** Thrown by load and attach. `line` is that of the source, 0 unknown. `errno` is what bpf(2) would answer with, negative. */
export class LoadError extends Error {
  readonly code: LoadErrorCode;
  readonly errno: number;
  /** Name of the program or map. */
  readonly subject: string;
  /** pc of the insn, -1 when it is about none. */
  readonly pc: number;
  /** The message without program, pc and line. */
  readonly reason: string;
  /** Of a broken object: name of the section, '' for the file's own headers, and bytes from its start; -1 elsewhere. */
  readonly section: string;
  readonly offset: number;
  /** Of a program that the verifier refused: what it was given and what it says, its log at level 1. */
  readonly refused: Refused | undefined;

  constructor(
    code: LoadErrorCode,
    subject: string,
    reason: string,
    { errno = -ERRNO.EINVAL, pc = -1, line = 0, refused, section = '', offset = -1 }: LoadErrorDetails = {},
  ) {
    const insn = line === 0 ? `${pc}` : `${pc} (line ${line})`;
    const place = section === '' ? `byte ${offset}` : `section ${section}, byte ${offset}`;
    const places = [...(offset < 0 ? [] : [place]), ...(pc < 0 ? [] : [insn])];
    super([subject, ...places, reason].join(': '));
    this.name = 'LoadError';
    this.code = code;
    this.errno = errno;
    this.subject = subject;
    this.pc = pc;
    this.reason = reason;
    this.refused = refused;
    this.section = section;
    this.offset = offset;
  }
}

// What the reader must know of a call by its name: number, index in the recording, how each argument is read, what follows from it.
import { ARCHS, type Arch, type SyscallRef } from '../../event.ts';
import { ARG_FORMS, type ArgForm } from '../../tables/args.ts';
import { SYSCALLS, isSyscallName } from '../../tables/syscalls.ts';
import { InternTable } from '../intern.ts';
import { type ByteBuffer } from '../bytes.ts';
import { type Places, placesOf } from './registers.ts';

/** Calls after which the reader does more than write a row. */
export const SPECIAL = {
  none: 0,
  clone: 1,
  exec: 2,
  exit: 3,
  sigreturn: 4,
  ownId: 5,
  prctl: 6,
  futex: 7,
  wait: 8,
  read: 9,
  write: 10,
  mmap2: 11,
} as const;

const SPECIAL_NAMES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    clone: ['clone', 'clone2', 'clone3', 'fork', 'vfork'],
    exec: ['execve', 'execveat'],
    exit: ['exit', 'exit_group'],
    sigreturn: ['rt_sigreturn', 'sigreturn'],
    ownId: ['set_tid_address', 'gettid'],
    prctl: ['prctl'],
    futex: ['futex', 'futex_time64'],
    wait: ['wait4', 'waitpid', 'waitid'],
    read: ['read', 'pread64'],
    write: ['write'],
    mmap2: ['mmap2'],
  } satisfies Partial<Record<keyof typeof SPECIAL, string[]>>).flatMap(([kind, names]) =>
    names.map((name) => [name, SPECIAL[kind as keyof typeof SPECIAL]] as const),
  ),
);

/** Argument kinds as small numbers, in the order of ARG_FORMS. */
const FORM_NAMES = Object.keys(ARG_FORMS) as readonly ArgForm[]; // keys are the literal names
/** The kind of an argument that the table does not know. */
const FORM_UNKNOWN = FORM_NAMES.length;

/** The small number of a kind. */
export function formCode(form: ArgForm): number {
  return FORM_NAMES.indexOf(form);
}

/** A name in one ABI. */
export interface CallInfo {
  readonly name: string;
  readonly arch: Arch;
  /** -1: the ABI has no such call. */
  readonly nr: number;
  /** Whether the table of the ABI has the name. */
  readonly known: boolean;
  /** Index in the recording's system calls. */
  readonly sys: number;
  readonly special: number;
  /** Arguments as strace prints them decoded, 0 for a call that is not in the table. */
  readonly printedCount: number;
  /** Their registers, where so many are printed; undefined where they stand one after another. */
  readonly places: Places | undefined;
  /** Six kinds, by register as the three that follow. */
  readonly forms: Uint8Array;
  /** Six times 1 where the register holds an address. */
  readonly pointers: Uint8Array;
  /** Six times 1 where the kernel writes what is behind the address. */
  readonly outs: Uint8Array;
  /** Six indices of size arguments, -1 none. */
  readonly sizeArgs: Int8Array;
}

export const ARCH_NAMES = Object.keys(ARCHS) as readonly Arch[]; // keys are the literal names, in order of code
const ARCHS_COUNT = ARCH_NAMES.length;
const RAW_NAME = 'syscall_0x';
const MISSING = -2;

/** Names of calls by id, and the system calls that a recording has met so far. */
export class CallTable {
  /** Grows as the import goes on. */
  readonly syscalls: SyscallRef[] = [];
  readonly #names = new InternTable();
  /** By name id * 3 + arch code. */
  readonly #infos: (CallInfo | undefined)[] = [];
  /** Numbers by the same key, MISSING where the ABI has no such name. */
  readonly #numbers: (number | undefined)[] = [];
  readonly #indexOf = new Map<string, number>();

  /** The id of the name [start, end) of `text`. */
  nameId(text: ByteBuffer, start: number, end: number): number {
    return this.#names.intern(text, start, end);
  }

  name(nameId: number): string {
    return this.#names.text(nameId);
  }

  /** The number of the name in the table of an ABI; -1 where it is not there. Enters nothing in the recording. */
  numberOf(nameId: number, arch: number): number {
    const nr = this.#number(nameId, arch);
    return nr === MISSING ? -1 : nr;
  }

  /** Whether an ABI has the name, with a number or without. */
  has(nameId: number, arch: number): boolean {
    return this.#number(nameId, arch) !== MISSING;
  }

  #number(nameId: number, arch: number): number {
    const key = nameId * ARCHS_COUNT + arch;
    return (this.#numbers[key] ??= SYSCALLS[ARCH_NAMES[arch]!].byName(this.name(nameId))?.nr ?? MISSING);
  }

  /** What follows from a call of this name, see SPECIAL. */
  specialOf(name: string): number {
    return SPECIAL_NAMES.get(name) ?? SPECIAL.none;
  }

  /** Whether it is the name of a call: in a table, or the form in which strace prints a number without a name. */
  isName(nameId: number): boolean {
    const name = this.name(nameId);
    return isSyscallName(name) || name.startsWith(RAW_NAME);
  }

  /** All about the name in an ABI; `printedNr` (-1 none) is believed where the table has no number. */
  info(nameId: number, arch: number, printedNr: number): CallInfo {
    const key = nameId * ARCHS_COUNT + arch;
    return (this.#infos[key] ??= this.#makeInfo(this.name(nameId), ARCH_NAMES[arch]!, printedNr));
  }

  #makeInfo(name: string, arch: Arch, printedNr: number): CallInfo {
    const row = SYSCALLS[arch].byName(name);
    const nr = row?.nr ?? (name.startsWith(RAW_NAME) ? rawNumber(name) : printedNr);
    const forms = new Uint8Array(6).fill(FORM_UNKNOWN);
    const pointers = new Uint8Array(6);
    const outs = new Uint8Array(6);
    const sizeArgs = new Int8Array(6).fill(-1);
    row?.args.forEach((arg, i) => {
      forms[i] = formCode(arg.kind);
      pointers[i] = Number(ARG_FORMS[arg.kind].pointer);
      outs[i] = Number(ARG_FORMS[arg.kind].out);
      sizeArgs[i] = arg.sizeArg;
    });
    const special = this.specialOf(name);
    const places = placesOf(arch, row?.args ?? []);
    const printedCount = places?.low.length ?? row?.args.length ?? 0;
    return {
      name,
      arch,
      nr,
      known: row !== undefined,
      sys: this.#sysIndex(arch, nr, name),
      special,
      printedCount,
      places,
      forms,
      pointers,
      outs,
      sizeArgs,
    };
  }

  #sysIndex(arch: Arch, nr: number, name: string): number {
    const key = `${arch} ${name}`;
    let index = this.#indexOf.get(key);
    if (index === undefined) {
      index = this.syscalls.length;
      this.syscalls.push({ arch, nr, name });
      this.#indexOf.set(key, index);
    }
    return index;
  }
}

/** The number in `syscall_0x270f`; -1 where it is none that a 32-bit register could hold. */
function rawNumber(name: string): number {
  const nr = Number.parseInt(name.slice(RAW_NAME.length), 16);
  return nr < 0x7fffffff ? nr : -1;
}

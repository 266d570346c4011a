// What an importer can say: why it refuses a file, and what it warns of while it goes on.
import type { ImportWarning } from '../recording.ts';

/** Reasons to refuse a whole file. */
export const REFUSALS = {
  empty: 'the file is empty',
  binary: 'the file is binary, not text',
  compressed: 'the file is compressed: unpack it first',
  perf: 'this is the output of perf script or perf trace, not of strace',
  summary: 'this is a summary table of strace -c, without the calls themselves',
  foreign: 'no line looks like a system call that strace printed',
  'no-capture': 'the file is no capture of packets, as those before it are',
  'bad-capture': 'the header of the capture is cut, or of a version that is not known',
} as const satisfies Record<string, string>;
export type Refusal = keyof typeof REFUSALS;

/** What would have been accepted; stands after every refusal. */
export const ACCEPTED =
  'expected: the text that strace writes with -o FILE or on stderr, for example with -f -ttt -T; or a capture, pcap or pcapng';

/** The same where the file, or those before it, are captures. */
const ACCEPTED_CAPTURE = 'expected: pcap 2.x, in us or ns, or pcapng';

/** A file is no log or capture that can be read. */
export class ImportError extends Error {
  readonly code: Refusal;
  readonly file: string;
  /** From 1; 0 for the whole file. */
  readonly line: number;

  constructor(code: Refusal, file: string, line: number) {
    const expected = code === 'no-capture' || code === 'bad-capture' ? ACCEPTED_CAPTURE : ACCEPTED;
    super(`${file === '' ? '' : `${file}: `}${REFUSALS[code]}; ${expected}`);
    this.name = 'ImportError';
    this.code = code;
    this.file = file;
    this.line = line;
  }
}

/** Warnings by code. */
export const WARNINGS = {
  'bad-line': 'the line is not in the grammar of strace; kept as a note',
  'cut-line': 'the line ends inside a call; kept as a call that never returned',
  'orphan-resumed': 'second half of a call without a first; kept without arguments',
  'unknown-errno': 'the name of the error is in no table; the return value stays -1',
  'clock-back': 'the clock of the log steps back by more than a second; stamps are kept as they are',
  'long-line': 'the line is longer than 64 MiB and was skipped',
  'bad-capture': 'the capture cannot be read from here on; the packets before were taken',
  'cut-capture': 'the capture ends inside a packet or block; the packets before were taken',
  'bad-block': 'a block is not as pcapng has it; the others were taken',
  'bad-option': 'an option is not as pcapng has it and was left out',
  'bad-length': 'the lengths of a packet do not fit together; what is there was taken',
  'no-interface': 'a packet of an interface that the capture does not describe was left out',
  'dropped-packets': 'the recorder lost packets',
  'late-packet':
    'the packet stands behind many that are later; it keeps its stamp, and replays at the time of the one before',
  'far-stamp':
    'the stamp is more than 52 days from the others; the packet is taken at the time of the one before',
} as const satisfies Record<string, string>;
export type WarningCode = keyof typeof WARNINGS;

/** Warnings kept of each code; the rest is only counted by the footer's numbers. */
const MAX_PER_CODE = 100;
/** Characters of a line that a warning keeps. */
const MAX_TEXT = 200;

/** Collects warnings. */
export class WarningList {
  readonly items: ImportWarning[] = [];
  readonly #counts = new Map<WarningCode, number>();

  /** Adds a warning; `text` is called only when it is kept. */
  add(code: WarningCode, file: string, line: number, text: () => string): void {
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    if (count > MAX_PER_CODE) return;
    this.items.push({ code, file, line, message: WARNINGS[code], text: text().slice(0, MAX_TEXT) });
  }

  /** Adds how many there were of each code of which not all are kept. */
  addTotals(): void {
    for (const [code, count] of this.#counts) {
      if (count > MAX_PER_CODE)
        this.items.push({ code, file: '', line: 0, message: WARNINGS[code], text: `${count} times in all` });
    }
  }
}

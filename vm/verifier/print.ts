// The log in the kernel's lines, line for line. @see kernel/bpf/log.c, kernel/bpf/verifier.c do_check
import { disassemble, logLine, type DisassembledLine } from '../asm/disassemble.ts';
import type { MapReloc } from '../object.ts';
import type { VerifyInput } from './input.ts';
import type { LogRecord } from './log.ts';
import { MESSAGES } from './messages/index.ts';
import type { MessageRow } from './messages/row.ts';
import { printState } from './print-state.ts';
import type { Verdict } from './verdict.ts';

/** Column of the `;` behind an insn, and how it goes on for longer ones. @see include/linux/bpf_verifier.h BPF_LOG_ALIGNMENT, BPF_LOG_MIN_ALIGNMENT */
const COLUMN = 40;
const COLUMN_STEP = 8;

/** Lines as BPF_PROG_LOAD would write them at the log's level, the statistics behind them. */
export function printLog(input: VerifyInput, verdict: Verdict): string[] {
  const lines = printRecords(input, verdict.log);
  const row: MessageRow | undefined = verdict.refusal && MESSAGES[verdict.refusal.code];
  lines.push((row?.isOpen === true ? lines.pop()! : '') + statsLine(verdict)); // a refusal with such a row has a line
  return lines;
}

/** The last line of each log. @see print_verification_stats */
function statsLine({ stats }: Verdict): string {
  const { insns, limitInsns, maxStatesPerInsn, totalStates, peakStates } = stats;
  return `processed ${insns} insns (limit ${limitInsns}) max_states_per_insn ${maxStatesPerInsn} total_states ${totalStates} peak_states ${peakStates} mark_read 0`;
}

/** Lines of some records. */
export function printRecords(input: VerifyInput, records: readonly LogRecord[]): string[] {
  const text = insnTexts(input);
  const lines: string[] = [];
  /** Length of the insn's own text, when an insn stands last. */
  let insnLength = 0;
  /** Number of the line that lost its line break, from 1; 0: none. */
  let joined = 0;
  for (const record of records) {
    const length = insnLength;
    insnLength = 0;
    switch (record.kind) {
      case 'insn': {
        const line = text.get(record.pc) ?? `${record.pc}: ?`;
        insnLength = line.length + 1;
        lines.push(line);
        break;
      }
      case 'source': {
        const { text: source, file, line } = input.lines[record.line]!;
        lines.push(`; ${source.trimStart()} @ ${file.replace(/^.*\//, '')}:${line}`);
        break;
      }
      case 'changes': {
        const state = printState(record.state);
        if (length === 0) {
          lines.push(`${record.pc}:${state}`);
          break;
        }
        lines.push(`${lines.pop()!}${' '.repeat(padding(length))};${state}`);
        joined = 0;
        break;
      }
      case 'path':
        lines.push('', `from ${record.from} to ${record.pc}:${printState(record.state)}`);
        break;
      case 'words':
        lines.push(`${record.words}${(text.get(record.pc) ?? '?').replace(/^\d+: /, '')}`);
        break;
      case 'state':
        lines.push(`${record.words}${printState(record.state)}`);
        break;
      case 'line':
        lines.push(...record.text.split('\n'));
        break;
      case 'cut':
        if (record.joins) joined = lines.length;
        if (record.isOpen) insnLength = length;
        break;
    }
    if (joined > 0 && lines.length > joined) {
      lines.splice(joined - 1, 2, `${lines[joined - 1]!} ${lines[joined]!}`);
      joined = 0;
    }
  }
  return lines;
}

/** Blanks between an insn of so many characters, its line break counted, and what it did. @see vlog_alignment */
function padding(length: number): number {
  const wanted = Math.max(length + COLUMN_STEP / 2, COLUMN);
  return Math.ceil(wanted / COLUMN_STEP) * COLUMN_STEP - length - 1;
}

/** Insns by pc as the log prints them. Of a wide insn that names a map the map's name stands where the kernel has its address. */
export function insnTexts({ insns, maps }: VerifyInput): ReadonlyMap<number, string> {
  const relocs = [...maps].map(([pc, { map, valueOff }]): MapReloc =>
    valueOff === undefined ? { pc, map: map.spec.name } : { pc, map: map.spec.name, valueOff },
  );
  const lines = disassemble(insns, { dialect: 'kernel', relocs, asLogged: true });
  return new Map(lines.map((line) => [line.pc, logLine(asLogged(line))]));
}

/** The address of a function prints as the number that stands in the insn. */
function asLogged(line: DisassembledLine): DisassembledLine {
  const { insn } = line;
  if (insn?.op.name !== 'ld_func') return line;
  return { ...line, text: `r${insn.dst} = 0x${(insn.imm >>> 0).toString(16)}` };
}

// The format of a tracepoint's record as tracefs shows it: events/GROUP/NAME/format. @see kernel/trace/trace_events.c f_show, kernel/trace/trace_syscalls.c
import { eventRow, EVENTS } from './events.ts';
import { NATIVE_ABIS } from './function-names.ts';
import type { HookWorld } from './functions.ts';
import { syscallParams } from './syscall-params/index.ts';
import { recordLayout } from './tracepoint-layout.ts';

/** A field of a record as the format shows it; numbers in bytes. */
export interface FormatField {
  readonly name: string;
  readonly type: string;
  readonly off: number;
  readonly size: number;
  readonly isSigned: boolean;
}

/** The record of a tracepoint. */
export interface TracepointFormat {
  readonly name: string;
  /** Ours: each kernel gives its tracepoints numbers as it builds them. */
  readonly id: number;
  /** Behind the first 8 bytes, which programs do not see. */
  readonly fields: readonly FormatField[];
  /** How a line of the trace is printed, in C. */
  readonly print: string;
}

/** What all records begin with. @see struct trace_entry */
// oxfmt-ignore
const COMMON: readonly FormatField[] = [
  { name: 'common_type',          type: 'unsigned short', off: 0, size: 2, isSigned: false },
  { name: 'common_flags',         type: 'unsigned char',  off: 2, size: 1, isSigned: false },
  { name: 'common_preempt_count', type: 'unsigned char',  off: 3, size: 1, isSigned: false },
  { name: 'common_pid',           type: 'int',            off: 4, size: 4, isSigned: true },
];

/** Numbers of tracepoints: those of events, then two for each call. */
const IDS = { sysExit: 1, sysEnter: 2, events: 16, calls: 64 } as const;

const NR: FormatField = { ...long('__syscall_nr', 8), type: 'int', size: 4 };
const RET: FormatField = long('ret', 16);

function long(name: string, off: number): FormatField {
  return { name, type: 'long', off, size: 8, isSigned: true };
}

/** The record of a tracepoint of a kernel, of those that recordings come to: 'sched', 'sched_switch'. Undefined for others. */
export function tracepointFormat(
  group: string,
  name: string,
  world: HookWorld,
): TracepointFormat | undefined {
  if (group === 'raw_syscalls') return RAW[name];
  if (group === 'syscalls') return callFormat(name, world);
  const row = eventRow(name);
  const layout = row?.group === group ? recordLayout(world.kernel.types, row.structs) : undefined;
  if (row === undefined || layout === undefined) return undefined;
  const id = IDS.events + Object.keys(EVENTS).indexOf(name);
  return { name, id, fields: layout.fields, print: row.print };
}

const RAW: Readonly<Record<string, TracepointFormat>> = {
  sys_enter: {
    name: 'sys_enter',
    id: IDS.sysEnter,
    fields: [
      long('id', 8),
      {
        name: 'args',
        type: 'unsigned long[6]',
        off: 16,
        size: 48,
        isSigned: false,
      },
    ],
    print: `"NR %ld (%lx, %lx, %lx, %lx, %lx, %lx)", REC->id, ${[0, 1, 2, 3, 4, 5].map((i) => `REC->args[${i}]`).join(', ')}`,
  },
  sys_exit: {
    name: 'sys_exit',
    id: IDS.sysExit,
    fields: [long('id', 8), RET],
    print: '"NR %ld = %ld", REC->id, REC->ret',
  },
};

function callFormat(name: string, { syscalls }: HookWorld): TracepointFormat | undefined {
  const [, when, call = ''] = /^sys_(enter|exit)_(\w+)$/.exec(name) ?? [];
  const found = when === undefined ? undefined : syscalls.find(call, NATIVE_ABIS);
  if (found === undefined) return undefined;
  const id = IDS.calls + 2 * syscalls.names(NATIVE_ABIS).toSorted().indexOf(call);
  if (when === 'exit') return { name, id, fields: [NR, RET], print: '"0x%lx", REC->ret' };
  const params = syscallParams(call, found.args);
  const fields = params.map(({ name: param, type }, i): FormatField => {
    return { name: param, type, off: 16 + 8 * i, size: 8, isSigned: false };
  });
  const words = params.map((param) => `${param.name}: 0x%08lx`).join(', ');
  const values = params.map((param) => `, ((unsigned long)(REC->${param.name}))`).join('');
  return { name, id: id + 1, fields: [NR, ...fields], print: `"${words}"${values}` };
}

/** The text of the format file. */
export function formatText({ name, id, fields, print }: TracepointFormat): string {
  return `name: ${name}\nID: ${id}\nformat:\n${fieldLines(COMMON)}\n${fieldLines(fields)}\nprint fmt: ${print}\n`;
}

function fieldLines(fields: readonly FormatField[]): string {
  return fields.map((field) => `\t${fieldText(field)}\n`).join('');
}

/** Of an array the length stands behind the name. */
function fieldText({ name, type, off, size, isSigned }: FormatField): string {
  const [, element, count] = /^(.*?)(\[\d+\])$/.exec(type) ?? [];
  const declared = element === undefined ? `${type} ${name}` : `${element} ${name}${count}`;
  return `field:${declared};\toffset:${off};\tsize:${size};\tsigned:${isSigned ? 1 : 0};`;
}

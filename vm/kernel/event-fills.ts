// What programs find at the tracepoint of an event: the record as the kernel's types lay it out, or the arguments.
import type { Btf } from '../btf/btf.ts';
import { plainType } from '../btf/query.ts';
import type { RunEvent } from '../interp/host.ts';
import type { LinearMemory } from '../memory/linear.ts';
import type { Hole, HoledRegion } from '../memory/holes.ts';
import { plainRegion } from '../memory/regions.ts';
import { TRACEPOINT_COMMON_BYTES } from './ctx-tracing.ts';
import type { EventPoint } from './event-point.ts';
import { EVENT_POINTERS, EVENT_VALUES } from './event-values.ts';
import type { EventArg, EventRow } from './events.ts';
import { writeAddress } from './arg-fills.ts';
import { ARGS_AT, NO_PROBE, TRACEPOINT_AT, type Probe } from './hook-fills.ts';
import type { KernelMemory } from './kernel-memory.ts';
import type { ProgTypeName } from './prog-types.ts';
import type { RecordField, RecordLayout } from './tracepoint-layout.ts';

/** Writes the ctx of an event's hook into linear memory. */
export type EventFill = (memory: LinearMemory, kernel: KernelMemory, point: EventPoint) => void;

export interface EventCtx {
  readonly event: RunEvent & { readonly probe: Probe };
  readonly fill: EventFill;
}

/** PERF_MAX_TRACE_SIZE: the buffer that records stand in. @see include/linux/trace_events.h */
const RECORD_BYTES = 8192;

/** The record of a tracepoint. Programs load fields by themselves, and texts behind them through the kernel. What is not told is counted. */
export function recordCtx(row: EventRow, layout: RecordLayout): EventCtx {
  const { struct, end, dataAt, fields } = layout;
  const size = end - TRACEPOINT_COMMON_BYTES;
  const region = plainRegion(`struct ${struct}`, TRACEPOINT_AT + TRACEPOINT_COMMON_BYTES, size, false);
  const whole = plainRegion('the record of the tracepoint', TRACEPOINT_AT, RECORD_BYTES, false);
  const isFixed = fields.every(({ kind }) => kind !== 'far');
  const cleared = TRACEPOINT_AT + (isFixed ? dataAt : RECORD_BYTES);
  const writers = fields.map((field) => {
    const source = Object.hasOwn(row.fields, field.name) ? row.fields[field.name] : undefined;
    return { field, value: source === undefined ? nobodyTells : EVENT_VALUES[source] };
  });
  const holes: Hole[] = [];
  return {
    event: {
      ctxAt: TRACEPOINT_AT,
      regions: [],
      kernelRegions: [{ ...whole, holes, varies: true }],
      holed: { ...region, holes, varies: true },
      probe: NO_PROBE,
    },
    fill(memory, _kernel, point) {
      memory.u8.fill(0, TRACEPOINT_AT, cleared);
      holes.length = 0;
      let textAt = dataAt;
      for (const { field, value } of writers) {
        const told = value(point);
        if (told === undefined) holes.push(holeOf(struct, field, textAt));
        textAt = writeField(memory, field, told, textAt);
      }
    },
  };
}

const nobodyTells = (): undefined => undefined;

/** Of a text behind the fields, the text: where it stands is known. */
function holeOf(struct: string, { name, off, size, kind }: RecordField, textAt: number): Hole {
  const start = TRACEPOINT_AT + (kind === 'far' ? textAt : off);
  return { start, end: start + (kind === 'far' ? 1 : size), name: `${struct}.${name}` };
}

/** Writes a field; `textAt` is where the next text goes. Returns where the one after that does. */
function writeField(
  memory: LinearMemory,
  { off, size, kind }: RecordField,
  value: number | bigint | boolean | Uint8Array | undefined,
  textAt: number,
): number {
  const at = TRACEPOINT_AT + off;
  if (kind === 'number') {
    if (!(value instanceof Uint8Array)) writeNumber(memory.view, at, size, value ?? 0);
    return textAt;
  }
  const text = value instanceof Uint8Array ? value : new Uint8Array(0);
  if (kind === 'text') {
    memory.write(at, text, 0, Math.min(text.length, size - 1));
    return textAt;
  }
  const bytes = Math.min(text.length, RECORD_BYTES - textAt - 1);
  if (bytes < 0) return textAt;
  memory.view.setUint32(at, ((bytes + 1) << 16) | textAt, true);
  memory.write(TRACEPOINT_AT + textAt, text, 0, bytes);
  return textAt + bytes + 1;
}

function writeNumber(view: DataView, at: number, size: number, value: number | bigint | boolean): void {
  const bits = BigInt.asUintN(8 * size, BigInt(value));
  for (let i = 0; i < size; i++) view.setUint8(at + i, Number((bits >> BigInt(8 * i)) & 0xffn));
}

/** raw_tp and tp_btf: as many arguments as the kernel's tracepoint has. */
export function eventArgsCtx(row: EventRow, name: string, type: ProgTypeName, types: Btf): EventCtx {
  const args = row.args.slice(0, rawArgCount(types, name) ?? row.args.length);
  const isBtf = type === 'tracing';
  const region = plainRegion(`the ctx, ${args.length} arguments of ${name}`, ARGS_AT, 8 * args.length, false);
  const holes: Hole[] = [];
  const holed: HoledRegion = { ...region, holes, varies: true };
  const probe = { ...NO_PROBE, args: args.length };
  const writers = args.map((arg, i) => argWriter(arg, ARGS_AT + 8 * i));
  return {
    event: { ctxAt: ARGS_AT, regions: [], kernelRegions: [holed], holed, probe },
    fill(memory, kernel, point) {
      if (isBtf) kernel.allowLoads();
      holes.length = 0;
      for (const [i, write] of writers.entries()) {
        if (write(memory, kernel, point)) continue;
        const start = ARGS_AT + 8 * i;
        holes.push({ start, end: start + 8, name: `argument ${i + 1} of ${name}` });
      }
    },
  };
}

/** Writes an argument; false where nobody tells it, and it is 0. */
type ArgWriter = (memory: LinearMemory, kernel: KernelMemory, point: EventPoint) => boolean;

function argWriter(arg: EventArg, at: number): ArgWriter {
  if ('pointer' in arg) {
    const offsetOf = EVENT_POINTERS[arg.pointer];
    return (memory, kernel, point) => {
      writeAddress(memory.view, at, offsetOf(kernel, point));
      return true;
    };
  }
  const valueOf = EVENT_VALUES[arg.value];
  return ({ view }, _kernel, point) => {
    const value = valueOf(point);
    view.setBigInt64(at, value === undefined || value instanceof Uint8Array ? 0n : BigInt(value), true);
    return value !== undefined;
  };
}

/** Arguments that a raw tracepoint has in a kernel, without its own; undefined where the types do not tell. */
export function rawArgCount(types: Btf, name: string): number | undefined {
  const id = types.find('typedef', `btf_trace_${name}`);
  const pointer = id === undefined ? undefined : plainType(types, id);
  const proto = pointer?.kind === 'ptr' ? types.type(pointer.type) : undefined;
  return proto?.kind === 'func_proto' ? proto.params.length - 1 : undefined;
}

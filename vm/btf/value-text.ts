// Values as text: JSON in the shape of bpftool, on one line or indented.
import { isStructValue, type BtfValue } from './value.ts';

/** JSON of a value. Numbers of any size stand as their digits, pointers as hex text, what is unknown as null. `indent`: spaces a level; 0 is one line. */
export function valueJson(value: BtfValue, indent = 0): string {
  return print(value, indent, 0);
}

function print(value: BtfValue, indent: number, level: number): string {
  if (value === undefined) return 'null';
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (isStructValue(value)) {
    const rows = value.members.map(
      ([name, member]) => `${JSON.stringify(name)}: ${print(member, indent, level + 1)}`,
    );
    return wrap('{', rows, '}', indent, level);
  }
  if ('pointer' in value) return `"0x${value.pointer.toString(16)}"`;
  const rows = value.map((element) => print(element, indent, level + 1));
  // arrays of numbers stay on a line
  const isFlat = value.every((element) => typeof element !== 'object');
  return wrap('[', rows, ']', isFlat ? 0 : indent, level);
}

function wrap(open: string, rows: readonly string[], close: string, indent: number, level: number): string {
  if (rows.length === 0) return open + close;
  if (indent === 0) return `${open}${rows.join(', ')}${close}`;
  const pad = ' '.repeat(indent * (level + 1));
  return `${open}\n${rows.map((row) => pad + row).join(',\n')}\n${' '.repeat(indent * level)}${close}`;
}

// Entries of a map as cells of a table: by their BTF types where those are known, a column for each member of a struct.
import type { MapEntryView } from '../../../backend/protocol/index.ts';

/** A column of the table: the name of a member, or '' for a value that has none. */
export interface CellColumn {
  readonly of: 'key' | 'value';
  /** Which of the values of a per-CPU map. */
  readonly cpu: number;
  readonly member: string;
}

/** Structs of more members stay in one cell. */
const MOST_MEMBERS = 12;

/** Members of a JSON object in their order, each as the text that stands for it; undefined for what is no whole object. */
export function membersOf(json: string): ReadonlyMap<string, string> | undefined {
  if (!json.startsWith('{') || !json.endsWith('}')) return undefined; // long ones come cut
  return new Map(
    splitTop(json).map((part): [string, string] => {
      const end = stringEnd(part, part.indexOf('"'));
      const name: unknown = JSON.parse(part.slice(0, end).trim());
      return [String(name), part.slice(part.indexOf(':', end) + 1).trim()];
    }),
  );
}

/** The columns of a page: those of its first row's types. Undefined where the types are not known. */
export function cellColumns(rows: readonly MapEntryView[]): readonly CellColumn[] | undefined {
  const json = rows[0]?.json;
  if (json === undefined) return undefined;
  const columns = (of: CellColumn['of'], text: string, cpu: number): CellColumn[] => {
    const members = membersOf(text);
    if (members === undefined || members.size === 0 || members.size > MOST_MEMBERS)
      return [{ of, cpu, member: '' }];
    return [...members.keys()].map((member) => ({ of, cpu, member }));
  };
  return [...columns('key', json.key, 0), ...json.value.flatMap((text, cpu) => columns('value', text, cpu))];
}

/** What stands in a cell: text without its quotes, numbers with all their digits, anything else as JSON. */
export function cellText({ json }: MapEntryView, { of, cpu, member }: CellColumn): string {
  const whole = of === 'key' ? json?.key : json?.value[cpu];
  if (whole === undefined) return '';
  const text = member === '' ? whole : (membersOf(whole)?.get(member) ?? '');
  return text.startsWith('"') ? String(JSON.parse(text)) : text;
}

/** 'Key', 'key.pid', 'Value', 'count', 'CPU 1 count'. `cpus`: values of an entry. */
export function columnTitle({ of, cpu, member }: CellColumn, cpus: number): string {
  if (of === 'key') return member === '' ? 'Key' : `key.${member}`;
  const name = member === '' ? 'Value' : member;
  return cpus > 1 ? `CPU ${cpu} ${name}` : name;
}

/** Whether a cell holds a number, which stands flush right. */
export function isNumberText(text: string): boolean {
  return /^-?\d+(?:\.\d+)?$/u.test(text);
}

/** The parts between the commas of the outermost braces. */
function splitTop(json: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 1;
  for (let i = 0; i < json.length; i++) {
    const char = json[i]!;
    if (char === '"') i = stringEnd(json, i) - 1;
    else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    if ((char === ',' && depth === 1) || (char === '}' && depth === 0)) {
      parts.push(json.slice(start, i));
      start = i + 1;
    }
  }
  return parts.filter((part) => part.trim() !== '');
}

/** The place behind the string that begins at `from`. */
function stringEnd(json: string, from: number): number {
  let i = from + 1;
  while (i < json.length && json[i] !== '"') i += json[i] === '\\' ? 2 : 1;
  return i + 1;
}

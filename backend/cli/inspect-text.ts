// What `inspect` prints for people: one table after the other, those that have rows.
import {
  declaration,
  globalVariables,
  valueJson,
  valueOf,
  type AssumedSize,
  type MapSpec,
  type ObjectFile,
  type ObjectReloc,
  type ObjectSpec,
} from '../../vm/index.ts';
import type { Inspected } from '../library/inspect-program.ts';
import type { ProgramSource } from '../library/programs.ts';
import { countOf, table } from './output.ts';

const SLOT_BYTES = 8;

/** The whole text. `file` is that of an object; `hasRelocs`: every relocation is listed. */
export function inspectText(
  { path }: ProgramSource,
  file: ObjectFile | undefined,
  inspected: Inspected,
  hasRelocs: boolean,
): string {
  const { opened, linkProblem, loadProblem } = inspected;
  const parts = [
    headText(path, file, opened?.spec, opened?.kernel.name),
    ...[linkProblem, loadProblem].filter((problem) => problem !== undefined).map((problem) => `${problem}\n`),
    sectionsText(file),
    mapsText(file?.maps ?? opened?.spec.maps ?? [], file, opened?.object?.assumed ?? []),
    slotsText(file ?? opened?.spec),
    variablesText(file),
    progsText(file, inspected),
    subprogsText(file),
    externsText(file),
    structOpsText(file),
    coreText(inspected, hasRelocs),
    hasRelocs ? relocsText(file) : '',
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function headText(
  path: string,
  file: ObjectFile | undefined,
  spec: ObjectSpec | undefined,
  kernel: string | undefined,
): string {
  const { license, version } = file ?? spec ?? { license: '', version: undefined };
  const facts = [
    file === undefined ? 'assembly text' : 'ELF object for BPF',
    license === '' ? 'no licence' : `licence ${license}`,
    ...(version === undefined ? [] : [`version ${version}`]),
    ...(file === undefined ? [] : [typesFact(file)]),
    ...(kernel === undefined ? [] : [`linked against ${kernel}`]),
  ];
  return `${path}: ${facts.join(', ')}\n`;
}

function typesFact({ types }: ObjectFile): string {
  return types === undefined ? 'no BTF' : `BTF of ${countOf(types.count - 1, 'type')}`;
}

function sectionsText(file: ObjectFile | undefined): string {
  const all = (file?.sections ?? []).filter(({ name }) => name !== '');
  const told = all.filter(({ name }) => !BOOKKEEPING.test(name));
  const rows = told.map(({ index, name, offset, size }) => [
    String(index),
    name,
    String(offset),
    String(size),
  ]);
  const rest = all.length - told.length;
  const note =
    rest === 0 ? '' : `and ${countOf(rest, 'section')} of symbols, relocations and debug information\n`;
  return `${titled(['>nr', 'section', '>offset', '>bytes'], rows)}${note}`;
}

/** Sections that say nothing of what the object does. */
const BOOKKEEPING = /^\.(?:rel|debug_|strtab$|symtab$|shstrtab$|llvm_addrsig$|eh_frame$|comment$)/;

function mapsText(
  maps: readonly MapSpec[],
  file: ObjectFile | undefined,
  assumed: readonly AssumedSize[],
): string {
  const rows = maps.map((map) => [
    map.name,
    map.type,
    typedSize(file, map.keySize, map.keyType),
    typedSize(file, map.valueSize, map.valueType),
    map.maxEntries.toLocaleString('en-US'),
    [notesOf(map), assumedText(assumed.filter((size) => size.map === map.name))]
      .filter((note) => note !== '')
      .join(', '),
  ]);
  return titled(['map', 'type', 'key', 'value', '>entries', 'notes'], rows);
}

function assumedText(sizes: readonly AssumedSize[]): string {
  const words = sizes.map(({ size, value }) =>
    size === 'valueSize' ? `${countOf(value, 'byte')} a value` : countOf(value, 'entry', 'entries'),
  );
  return words.length === 0 ? '' : `size left to its tool, taken is ${words.join(', ')}`;
}

/** Longest text of a value. */
const VALUE_COLUMN = 60;

/** The global variables, which --set sets. */
function variablesText(file: ObjectFile | undefined): string {
  const { types, maps } = file ?? {};
  if (file === undefined || types === undefined) return '';
  const rows = globalVariables(file).map(({ name, map, off, bytes, type }) => {
    const data = maps?.find((one) => one.name === map)?.data;
    const value = data === undefined ? '' : valueJson(valueOf(types, type, data.subarray(off, off + bytes)));
    const shown = value.length > VALUE_COLUMN ? `${value.slice(0, VALUE_COLUMN - 1)}…` : value;
    return [name, declaration(types, type), map, String(off), String(bytes), shown];
  });
  return titled(['variable', 'type', 'map', '>offset', '>bytes', 'value'], rows);
}

/** 'u32 (4)', '16'. */
function typedSize(file: ObjectFile | undefined, bytes: number, type = 0): string {
  const name = type === 0 || file?.types === undefined ? '' : declaration(file.types, type);
  return name === '' ? String(bytes) : `${name} (${bytes})`;
}

function notesOf({ flags, data, frozen, inner, pinned, fields, extra }: MapSpec): string {
  return [
    ...(flags === 0 ? [] : [`flags 0x${flags.toString(16)}`]),
    ...(data === undefined ? [] : [`begins with ${countOf(data.length, 'byte')}`]),
    ...(frozen === true ? ['frozen'] : []),
    ...(inner === undefined ? [] : [`of ${inner.type}s`]),
    ...(pinned === true ? ['pinned by name'] : []),
    ...(extra === undefined ? [] : [`extra ${extra}`]),
    ...(fields ?? []).map(({ kind, off }) => `${kind} at ${off}`),
  ].join(', ');
}

function slotsText(holder: Pick<ObjectSpec, 'slots' | 'inners'> | undefined): string {
  const slots = (holder?.slots ?? []).map(({ map, index, prog }) => [map, String(index), prog]);
  const inners = (holder?.inners ?? []).map(({ map, key, inner }) => [
    map,
    key.length === 4 ? String(Buffer.from(key).readUInt32LE()) : Buffer.from(key).toString('hex'),
    inner,
  ]);
  return titled(['filled map', '>key', 'with'], [...slots, ...inners]);
}

function progsText(file: ObjectFile | undefined, { opened, attachments }: Inspected): string {
  const progs = file?.progs ?? opened?.spec.progs ?? [];
  const rows = progs.map(({ name, section, insns }) => {
    const linked = opened?.spec.progs.find((one) => one.name === name);
    const attachment = attachments.get(name);
    const hook =
      attachment === undefined
        ? linked === undefined
          ? 'not loaded'
          : ''
        : (attachment.refused ?? [attachment.hooks.join(', '), attachment.idle].filter(Boolean).join(': '));
    return [name, section, linked?.type ?? '', String((linked?.insns ?? insns).length / SLOT_BYTES), hook];
  });
  return titled(['program', 'section', 'type', '>insns', 'hook'], rows);
}

function subprogsText(file: ObjectFile | undefined): string {
  const rows = (file?.subprogs ?? []).map(({ name, section, linkage, insns }) => [
    name,
    section,
    linkage,
    String(insns.length / SLOT_BYTES),
  ]);
  return titled(['function', 'section', 'linkage', '>insns'], rows);
}

function externsText(file: ObjectFile | undefined): string {
  const rows = (file?.externs ?? []).map(({ name, kind, isWeak, typeId }) => [
    name,
    kind,
    isWeak ? 'weak' : 'must be there',
    typeId === 0 || file?.types === undefined ? '' : declaration(file.types, typeId),
  ]);
  return titled(['extern', 'kind', '', 'type'], rows);
}

function structOpsText(file: ObjectFile | undefined): string {
  const rows = (file?.structOps ?? []).map(({ name, struct, section, members }) => [
    name,
    struct,
    section,
    members.map(({ member, prog }) => `${member}: ${prog}`).join(', '),
  ]);
  return titled(['struct_ops', 'struct', 'section', 'functions'], rows);
}

/** How many CO-RE relocations there are by kind; those without an answer one by one, with `isWhole` all. */
function coreText({ opened }: Inspected, isWhole: boolean): string {
  const outcomes = [...(opened?.object?.core ?? [])].flatMap(([prog, list]) =>
    list.map((outcome) => ({ prog, ...outcome })),
  );
  const shown = isWhole ? outcomes : outcomes.filter(({ found }) => found === undefined);
  const rows = shown.map(({ prog, relo, asked, found, value, why }) => [
    prog,
    String(relo.pc),
    asked,
    found ?? why ?? 'not there',
    value === undefined ? '' : String(value),
  ]);
  const counts = [...Map.groupBy(outcomes, ({ relo }) => relo.kind)].map(
    ([kind, list]) => `${kind} ${list.length}`,
  );
  if (outcomes.length === 0) return '';
  const missing = outcomes.filter(({ found }) => found === undefined).length;
  const head = `CO-RE: ${countOf(outcomes.length, 'relocation')} (${counts.join(', ')}), ${missing} without an answer\n`;
  return rows.length === 0
    ? head
    : `${head}${titled(['program', '>insn', 'asked', 'kernel', '>value'], rows)}`;
}

function relocsText(file: ObjectFile | undefined): string {
  const rows = [...(file?.progs ?? []), ...(file?.subprogs ?? [])].flatMap(({ name, relocs }) =>
    relocs.map((reloc) => [name, String(reloc.pc), reloc.kind, targetText(reloc)]),
  );
  return titled(['function', '>insn', 'relocation', 'of'], rows);
}

function targetText(reloc: ObjectReloc): string {
  if ('map' in reloc) return reloc.kind === 'data' ? `${reloc.map}+${reloc.valueOff}` : reloc.map;
  if ('func' in reloc) return reloc.func;
  return reloc.isWeak ? `${reloc.name} (weak)` : reloc.name;
}

function titled(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : table(headings, rows);
}

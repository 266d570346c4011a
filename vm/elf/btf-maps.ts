// Maps as objects of today declare them: structs in the section .maps whose members say in their types what the map is like.
//
//   struct {
//     __uint(type, BPF_MAP_TYPE_HASH);   int (*type)[1]: the number is the length of the array
//     __type(key, u32);                  u32 *key
//   } counts SEC(".maps");
//
// @see tools/lib/bpf/libbpf.c parse_btf_map_def, bpf_object__init_user_btf_map
import type { Btf, BtfMember, BtfRecord } from '../btf/btf.ts';
import { plainType, sizeOf } from '../btf/query.ts';
import { valueFields } from '../btf/value-fields.ts';
import { MAP_TYPES, type MapTypeName } from '../maps/types.ts';
import type { MapSpec } from '../object.ts';
import { didYouMean } from '../asm/suggest.ts';
import { elfError, type ElfSection } from './elf-bytes.ts';

/** A map, where it stands in .maps, and where its static values begin (bytes from the start of .maps). */
export interface BtfMap {
  readonly spec: MapSpec;
  readonly off: number;
  readonly bytes: number;
  readonly valuesAt: number | undefined;
}

const PIN_BY_NAME = 1;
/** Types that libbpf creates without types of keys and values. @see bpf_object__create_map */
const UNTYPED: ReadonlySet<string> = new Set<MapTypeName>([
  'perf_event_array',
  'cgroup_array',
  'stack_trace',
  'array_of_maps',
  'hash_of_maps',
  'devmap',
  'devmap_hash',
  'cpumap',
  'xskmap',
  'sockmap',
  'sockhash',
  'queue',
  'stack',
  'arena',
]);
const OF_MAPS: ReadonlySet<string> = new Set<MapTypeName>(['array_of_maps', 'hash_of_maps']);

/** Attributes that are numbers. */
const NUMBERS = [
  'type',
  'max_entries',
  'map_flags',
  'numa_node',
  'key_size',
  'value_size',
  'pinning',
  'map_extra',
] as const;
type NumberName = (typeof NUMBERS)[number];
const ATTRIBUTES = [...NUMBERS, 'key', 'value', 'values'];

/** The maps of .maps in the order in which they stand there. Throws LoadError 'elf' with what is wrong with a declaration. */
export function readBtfMaps(section: ElfSection, types: Btf, object: string): BtfMap[] {
  const id = types.find('datasec', section.name);
  const record = id === undefined ? undefined : types.type(id);
  if (record?.kind !== 'datasec') {
    throw elfError(
      object,
      section.name,
      0,
      'there are maps, and no types that say what they are like: build with -g',
    );
  }
  return record.vars.map(({ type, off, bytes }) => {
    const variable = types.type(type);
    const name = variable.kind === 'var' ? variable.name : '';
    const refuse = (reason: string): never => {
      throw elfError(object, section.name, off, `map ${name}: ${reason}`);
    };
    if (variable.kind !== 'var' || name === '') return refuse('this is no variable with a name');
    if (off + bytes > section.size) return refuse(`it ends at byte ${off + bytes} of ${section.size}`);
    if (variable.linkage !== 'global') return refuse('a map is a global variable: leave out static');
    const definition = plainType(types, variable.type);
    if (definition.kind !== 'struct') return refuse('its declaration is no struct');
    if (definition.bytes > bytes)
      return refuse(`its struct has ${definition.bytes} bytes, and the variable ${bytes}`);
    const reader = new MapReader(types, refuse);
    const { spec, valuesAt } = reader.read(name, definition, false);
    return { spec, off, bytes, valuesAt: valuesAt === undefined ? undefined : off + valuesAt };
  });
}

type Struct = Extract<BtfRecord, { kind: 'struct' | 'union' }>;

class MapReader {
  private readonly types: Btf;
  private readonly refuse: (reason: string) => never;

  constructor(types: Btf, refuse: (reason: string) => never) {
    this.types = types;
    this.refuse = refuse;
  }

  read(name: string, { members }: Struct, isInner: boolean): { spec: MapSpec; valuesAt: number | undefined } {
    const numbers = new Map<NumberName, number>();
    const ids = { key: 0, value: 0 };
    const sizes = { key: 0, value: 0 };
    let inner: MapSpec | undefined;
    let valuesAt: number | undefined;
    const size = (of: 'key' | 'value', bytes: number): void => {
      if (sizes[of] !== 0 && sizes[of] !== bytes)
        this.refuse(`${of}s have ${sizes[of]} bytes and ${bytes} bytes`);
      sizes[of] = bytes;
    };
    for (const [i, member] of members.entries()) {
      const attribute = member.name;
      if (attribute === 'key' || attribute === 'value') {
        const pointer = this.types.type(member.type);
        const bytes = pointer.kind === 'ptr' ? sizeOf(this.types, pointer.type) : undefined;
        if (pointer.kind !== 'ptr' || bytes === undefined) {
          return this.refuse(
            `${attribute} is no pointer to a type that has a size: write __type(${attribute}, ...)`,
          );
        }
        size(attribute, bytes);
        ids[attribute] = pointer.type;
      } else if (attribute === 'values') {
        if (isInner) this.refuse('maps in maps in maps are not there');
        if (i !== members.length - 1) this.refuse('values come last');
        size('value', 4);
        valuesAt = Math.floor(member.bitOff / 8);
        inner = this.values(name, member, typeName(numbers.get('type')));
      } else {
        if (!isNumberName(attribute)) {
          return this.refuse(`there is no attribute ${attribute} of maps ${hint(attribute)}`.trimEnd());
        }
        const value = this.number(member);
        if (attribute === 'key_size') size('key', value);
        if (attribute === 'value_size') size('value', value);
        if (attribute === 'pinning') this.checkPinning(value, isInner);
        numbers.set(attribute, value);
      }
    }
    const number = numbers.get('type');
    const type = typeName(number);
    if (type === undefined) {
      return this.refuse(
        number === undefined ? 'its type is missing: __uint(type, ...)' : `there is no map type ${number}`,
      );
    }
    const isTyped = !UNTYPED.has(type);
    const fields = isTyped && ids.value !== 0 ? valueFields(this.types, ids.value, 'value') : undefined;
    const extra = numbers.get('map_extra');
    const spec: MapSpec = {
      name,
      type,
      keySize: sizes.key,
      valueSize: sizes.value,
      maxEntries: numbers.get('max_entries') ?? 0,
      flags: numbers.get('map_flags') ?? 0,
      keyType: isTyped ? ids.key : 0,
      valueType: isTyped ? ids.value : 0,
      ...(extra === undefined ? {} : { extra }),
      ...(inner === undefined ? {} : { inner }),
      ...(fields === undefined ? {} : { fields }),
      ...(numbers.get('pinning') === PIN_BY_NAME ? { pinned: true } : {}),
    };
    return { spec, valuesAt };
  }

  private checkPinning(value: number, isInner: boolean): void {
    if (isInner) this.refuse('what stands in a map of maps cannot be pinned: leave out pinning there');
    if (value <= PIN_BY_NAME) return;
    this.refuse(`pinning ${value} is none: LIBBPF_PIN_NONE is 0, LIBBPF_PIN_BY_NAME is ${PIN_BY_NAME}`);
  }

  /** What __uint and __ulong hold: the length of an array, or the value of an enum. */
  private number({ name, type }: BtfMember): number {
    const record = plainType(this.types, type);
    if (record.kind === 'enum' && record.values.length > 0)
      return Number(BigInt.asUintN(64, record.values[0]!.value));
    const array = record.kind === 'ptr' ? plainType(this.types, record.type) : undefined;
    if (array?.kind !== 'array') return this.refuse(`${name} is no number: write __uint(${name}, ...)`);
    return array.count;
  }

  /** The inner map that `values` tells of; none of a prog_array. */
  private values(name: string, { type }: BtfMember, of: MapTypeName | undefined): MapSpec | undefined {
    if (of !== 'prog_array' && (of === undefined || !OF_MAPS.has(of))) {
      return this.refuse('only prog_arrays and maps of maps have values');
    }
    const array = this.types.type(type);
    const pointer =
      array.kind === 'array' && array.count === 0 ? plainType(this.types, array.type) : undefined;
    if (pointer?.kind !== 'ptr') return this.refuse('values is no array of pointers without a length');
    const target = plainType(this.types, pointer.type);
    if (of === 'prog_array') {
      return target.kind === 'func_proto' ? undefined : this.refuse('values of a prog_array are functions');
    }
    if (target.kind !== 'struct') return this.refuse('values of a map of maps are structs as of a map');
    return this.read(`${name}.inner`, target, true).spec;
  }
}

const TYPE_NAMES: ReadonlyMap<number, MapTypeName> = new Map(
  Object.entries(MAP_TYPES).map(([name, { number }]) => [number, name as MapTypeName]), // keys of the table
);

/** Name of a map type by its number. */
export function typeName(number: number | undefined): MapTypeName | undefined {
  return number === undefined ? undefined : TYPE_NAMES.get(number);
}

function isNumberName(name: string): name is NumberName {
  return (NUMBERS as readonly string[]).includes(name);
}

function hint(name: string): string {
  const text = didYouMean(name, ATTRIBUTES);
  return text === '' ? '' : `(${text})`;
}

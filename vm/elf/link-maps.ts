// The maps of an object for a kernel: variables set, options of the configuration filled in, sizes settled.
import { didYouMean } from '../asm/suggest.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { LoadError } from '../load-error.ts';
import { withBufferSize } from '../loader-buffers.ts';
import type { MapReloc, MapSpec } from '../object.ts';
import { kconfigData } from './kconfig.ts';
import type { ObjectFile } from './object-file.ts';
import { openSizes, type AssumedSize } from './open-sizes.ts';
import { withGlobals, type GlobalValue } from './set-globals.ts';
import { typedBuffer } from './typed-buffers.ts';

/** Sizes of a map that its object leaves open. */
export interface MapSizes {
  readonly maxEntries?: number;
  readonly valueSize?: number;
}

export interface MapOptions {
  readonly kernel: Kernel;
  /** CPUs of the machine: maps that have one entry a CPU are made that long. Absent: the machine makes them so when it loads the object. */
  readonly cpus?: number;
  /** Global variables to set before load, by name: numbers, texts (char arrays, enumerators), or bytes. */
  readonly globals?: Readonly<Record<string, GlobalValue>>;
  /** Sizes of maps that a tool sets before load, by name, as bpf_map__set_max_entries and bpf_map__set_value_size do. */
  readonly sizes?: Readonly<Record<string, MapSizes>>;
}

/** The maps, for programs with these `relocs`. Throws LoadError 'map', 'extern'. */
export function linkMaps(
  file: ObjectFile,
  options: MapOptions,
  relocs: readonly MapReloc[],
): { readonly maps: MapSpec[]; readonly assumed: readonly AssumedSize[] } {
  const { globals = {}, sizes = {} } = options;
  const needed = neededOptions(file, relocs);
  checkSizes(file, sizes);
  const maps = withGlobals(file, globals).map((map) => typedBuffer(filled(map, file, options, needed)));
  const assumed = maps.flatMap(openSizes);
  return { maps: maps.map((map) => sized(map, assumed, options)), assumed };
}

function filled(
  map: MapSpec,
  { kconfig }: ObjectFile,
  { kernel, sizes = {} }: MapOptions,
  needed: ReadonlySet<string>,
): MapSpec {
  const isConfig = map.name === '.kconfig' && kconfig.length > 0;
  return {
    ...map,
    ...(isConfig ? { data: kconfigData(kconfig, kernel, needed) } : {}),
    ...(Object.hasOwn(sizes, map.name) ? sizes[map.name] : {}),
  };
}

function sized(map: MapSpec, assumed: readonly AssumedSize[], { cpus }: MapOptions): MapSpec {
  const own = assumed.filter((each) => each.map === map.name);
  const whole = { ...map, ...Object.fromEntries(own.map(({ size, value }) => [size, value])) };
  return cpus === undefined ? whole : withBufferSize(whole, cpus);
}

function checkSizes({ name: object, maps }: ObjectFile, sizes: Readonly<Record<string, MapSizes>>): void {
  const names = maps.filter(({ data }) => data === undefined).map(({ name }) => name);
  for (const name of Object.keys(sizes)) {
    if (names.includes(name)) continue;
    const hint = didYouMean(name, names);
    throw new LoadError('map', name, `there is no such map in ${object}${hint === '' ? '' : `: ${hint}`}`);
  }
}

/** Options that the programs read, and that are not declared weak. */
function neededOptions({ kconfig, externs }: ObjectFile, relocs: readonly MapReloc[]): ReadonlySet<string> {
  const read = new Set(relocs.filter(({ map }) => map === '.kconfig').map(({ valueOff }) => valueOff));
  const weak = new Set(externs.filter(({ isWeak }) => isWeak).map(({ name }) => name));
  return new Set(kconfig.filter(({ name, off }) => read.has(off) && !weak.has(name)).map(({ name }) => name));
}

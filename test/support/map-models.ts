// What maps do, said plainly: models without buckets, lists and memory, for properties. Keys are numbers or prefixes as hex; a result is a value or -errno.
import { ERRNO } from '../../vm/index.ts';

const NOEXIST = 1;
const EXIST = 2;

/** A model of a map with keys. Values are hex; `cpu` is that of a program, absent for user space. */
export interface MapModel {
  lookup(key: string, cpu?: number): string | number;
  /** 0 or -errno. */
  update(key: string, value: string, flags: number, cpu?: number): number;
  remove(key: string): number;
  /** Keys that are there, in no order, or in the map's where it is defined. */
  keys(): readonly string[];
  /** The same map, apart from this one. */
  copy(): MapModel;
}

/** hash. */
export class HashModel implements MapModel {
  private readonly limit: number;
  protected readonly values: Map<string, string>;

  constructor(limit: number, values: ReadonlyMap<string, string> = new Map()) {
    this.limit = limit;
    this.values = new Map(values);
  }

  lookup(key: string): string | number {
    return this.values.get(key) ?? -ERRNO.ENOENT;
  }

  update(key: string, value: string, flags: number): number {
    if (flags > EXIST) return -ERRNO.EINVAL;
    if (this.values.has(key) && flags === NOEXIST) return -ERRNO.EEXIST;
    if (!this.values.has(key) && flags === EXIST) return -ERRNO.ENOENT;
    if (!this.values.has(key) && this.values.size === this.limit) return -ERRNO.E2BIG;
    this.values.set(key, value);
    return 0;
  }

  remove(key: string): number {
    return this.values.delete(key) ? 0 : -ERRNO.ENOENT;
  }

  keys(): readonly string[] {
    return [...this.values.keys()];
  }

  copy(): HashModel {
    return new HashModel(this.limit, this.values);
  }
}

/** array. */
export class ArrayModel implements MapModel {
  private readonly values: string[];

  constructor(values: readonly string[]) {
    this.values = [...values];
  }

  lookup(key: string): string | number {
    return this.values[indexOf(key)] ?? -ERRNO.ENOENT;
  }

  update(key: string, value: string, flags: number): number {
    if (flags > EXIST) return -ERRNO.EINVAL;
    if (indexOf(key) >= this.values.length) return -ERRNO.E2BIG;
    if (flags === NOEXIST) return -ERRNO.EEXIST;
    this.values[indexOf(key)] = value;
    return 0;
  }

  remove(): number {
    return -ERRNO.EINVAL;
  }

  keys(): readonly string[] {
    return this.values.map((_, index) => Buffer.from(Uint32Array.of(index).buffer).toString('hex'));
  }

  copy(): ArrayModel {
    return new ArrayModel(this.values);
  }
}

/** percpu_hash and percpu_array: a map whose values are those of all CPUs. User space writes the value of CPU 0 and zeroes for the others. */
export class PercpuModel implements MapModel {
  private readonly map: MapModel;
  private readonly cpus: number;
  /** Hex digits of the value of a CPU. */
  private readonly digits: number;

  constructor(map: MapModel, cpus: number, valueBytes: number) {
    this.map = map;
    this.cpus = cpus;
    this.digits = 2 * valueBytes;
  }

  lookup(key: string, cpu?: number): string | number {
    const values = this.map.lookup(key);
    if (cpu === undefined || typeof values === 'number') return values;
    return values.slice(cpu * this.digits, (cpu + 1) * this.digits);
  }

  update(key: string, value: string, flags: number, cpu?: number): number {
    const old = cpu === undefined ? undefined : this.map.lookup(key);
    const before = typeof old === 'string' ? old : '0'.repeat(this.cpus * this.digits);
    const at = (cpu ?? 0) * this.digits;
    return this.map.update(key, before.slice(0, at) + value + before.slice(at + this.digits), flags);
  }

  remove(key: string): number {
    return this.map.remove(key);
  }

  keys(): readonly string[] {
    return this.map.keys();
  }

  copy(): PercpuModel {
    return new PercpuModel(this.map.copy(), this.cpus, this.digits / 2);
  }
}

function indexOf(key: string): number {
  return Buffer.from(key, 'hex').readUInt32LE();
}

/** lpm_trie: a list of prefixes, all of them looked at. */
export class LpmModel implements MapModel {
  private readonly limit: number;
  private readonly dataBytes: number;
  /** By the bits of the prefix, '0' and '1': the key as it was written, and the value. */
  private readonly values: Map<string, { readonly key: string; readonly value: string }>;

  constructor(limit: number, dataBytes: number, values: LpmModel['values'] = new Map()) {
    this.limit = limit;
    this.dataBytes = dataBytes;
    this.values = new Map(values);
  }

  lookup(key: string): string | number {
    const bits = this.bitsOf(key);
    if (bits === undefined) return -ERRNO.ENOENT;
    const matching = [...this.values.keys()].filter((prefix) => bits.startsWith(prefix));
    const longest = matching.toSorted((a, b) => b.length - a.length)[0];
    return longest === undefined ? -ERRNO.ENOENT : this.values.get(longest)!.value;
  }

  update(key: string, value: string, flags: number): number {
    const bits = this.bitsOf(key);
    if (bits === undefined || flags > EXIST) return -ERRNO.EINVAL;
    if (this.values.has(bits) && flags === NOEXIST) return -ERRNO.EEXIST;
    if (!this.values.has(bits) && flags === EXIST) return -ERRNO.ENOENT;
    if (!this.values.has(bits) && this.values.size === this.limit) return -ERRNO.ENOSPC;
    this.values.set(bits, { key, value });
    return 0;
  }

  remove(key: string): number {
    const bits = this.bitsOf(key);
    if (bits === undefined) return -ERRNO.EINVAL;
    return this.values.delete(bits) ? 0 : -ERRNO.ENOENT;
  }

  /** Longer prefixes before those that they begin with, else by the first bit that differs. */
  keys(): readonly string[] {
    return [...this.values.keys()].toSorted(comparePrefixes).map((bits) => this.values.get(bits)!.key);
  }

  copy(): LpmModel {
    return new LpmModel(this.limit, this.dataBytes, this.values);
  }

  private bitsOf(key: string): string | undefined {
    const bytes = Buffer.from(key, 'hex');
    const length = bytes.readUInt32LE();
    if (length > 8 * this.dataBytes) return undefined;
    const bits = [...bytes.subarray(4)].map((byte) => byte.toString(2).padStart(8, '0'));
    return bits.join('').slice(0, length);
  }
}

/** Orders bits of prefixes as an lpm_trie does. */
function comparePrefixes(a: string, b: string): number {
  if (a.startsWith(b)) return -1;
  return b.startsWith(a) || a > b ? 1 : -1;
}

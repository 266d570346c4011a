// Which bytes a program may touch. A region is a run of equal cells with something between them that nobody may touch, so that an
// access one past the end of a cell is caught and does not read the neighbour:
//
//     start                                                                     end
//     |- skip -|== size ==|-  -|- skip -|== size ==|-  -|- skip -|== size ==|-  -|
//     '------- stride --------'------- stride --------'------- stride ----------'

import type { ValueField } from '../object.ts';

/** A run of cells in linear memory; all numbers in bytes. */
export interface Region {
  /** For people: 'the stack', 'a value of map counts'. */
  readonly name: string;
  readonly start: number;
  /** Grows and shrinks with the live frames in the stack's region. */
  end: number;
  readonly stride: number;
  readonly skip: number;
  readonly size: number;
  readonly read: boolean;
  readonly write: boolean;
  /**
   * Offsets in a cell of 4-byte fields that hold the low half of an address: a load of 4 bytes there gives the whole address, as programs find it in
   * the data and data_end of struct __sk_buff and struct xdp_md.
   */
  readonly pointers?: readonly number[];
  /** Fields in each cell that programs reach through helpers. */
  readonly fields?: readonly ValueField[];
}

/** A region of one cell. */
export function plainRegion(name: string, start: number, size: number, write: boolean): Region {
  return { name, start, end: start + size, stride: size, skip: 0, size, read: true, write };
}

/** True when `size` bytes at `at`, which is within the region's start and end, lie in one cell and the region allows the access. */
export function allows(region: Region, at: number, size: number, write: boolean): boolean {
  const inside = ((at - region.start) % region.stride) - region.skip;
  return inside >= 0 && inside + size <= region.size && (write ? region.write : region.read);
}

/** Where `at`, which is within the region's start and end, stands in its cell; below 0 and from `size` on it is between two. */
export function offsetInCell(region: Region, at: number): number {
  return ((at - region.start) % region.stride) - region.skip;
}

/** The regions of all maps. They never overlap. */
export class RegionTable {
  private readonly regions: Region[] = [];

  add(region: Region): void {
    const i = this.regions.findIndex((other) => other.start > region.start);
    this.regions.splice(i < 0 ? this.regions.length : i, 0, region);
  }

  clear(): void {
    this.regions.length = 0;
  }

  /** Takes out the region that starts where `region` does. */
  remove(region: Region): void {
    const i = this.regions.findIndex((other) => other.start === region.start);
    if (i >= 0) this.regions.splice(i, 1);
  }

  /** The region around offset `at`. */
  find(at: number): Region | undefined {
    let low = 0;
    let high = this.regions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.regions[middle]!.end <= at) low = middle + 1;
      else high = middle;
    }
    const region = this.regions[low];
    return region !== undefined && region.start <= at ? region : undefined;
  }

  all(): readonly Region[] {
    return this.regions;
  }
}

/** Where `at` lies, in words: in which region or how far from the nearest one. */
export function describeOffset(at: number, size: number, regions: readonly Region[]): string {
  const near = regions.toSorted((a, b) => distance(a, at) - distance(b, at))[0];
  if (near === undefined) return 'there is nothing here';
  const { name } = near;
  if (at < near.start) return `${near.start - at} bytes before ${name}`;
  if (at >= near.end) return `${at - near.end} bytes past the end of ${name}`;
  const inside = ((at - near.start) % near.stride) - near.skip;
  if (inside < 0) return `${-inside} bytes before ${name}`;
  if (inside >= near.size) return `${inside - near.size} bytes past the end of ${name}`;
  if (inside + size > near.size) {
    return `offset ${inside} in ${name}, which is ${near.size} bytes long`;
  }
  return `${name} is ${near.read ? 'read' : 'write'} only`;
}

function distance(region: Region, at: number): number {
  return at < region.start ? region.start - at : Math.max(0, at - region.end + 1);
}

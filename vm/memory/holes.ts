// Structures of which some bytes are not known: they stand as zeroes, so that programs may read the whole, and who reads nothing else is counted.
import type { Region } from './regions.ts';

/** Bytes that nobody tells: offsets in linear memory. */
export interface Hole {
  readonly start: number;
  readonly end: number;
  /** For people: 'pt_regs.rsp'. */
  readonly name: string;
}

/** A region with holes. */
export interface HoledRegion extends Region {
  readonly holes: readonly Hole[];
  /** The list changes from event to event. */
  readonly varies?: true;
}

/** The hole that some bytes lie in; undefined where at least one of them is known. */
export function holeAround(holes: readonly Hole[], at: number, size: number): Hole | undefined {
  return holes.find(({ start, end }) => at >= start && at + size <= end);
}

/** The bytes of a region that none of these holes, in the order of their places, may lie in: as regions that need no second look. */
export function regionsBetween(region: Region, holes: readonly Hole[]): Region[] {
  const between: Region[] = [];
  let start = region.start;
  for (const hole of [...holes, { start: region.end, end: region.end }]) {
    const size = hole.start - start;
    if (size > 0) between.push({ ...region, start, end: hole.start, stride: size, size });
    start = hole.end;
  }
  return between;
}

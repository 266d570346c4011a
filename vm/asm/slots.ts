// Slots of prog arrays: from `.slot` lines, and from sections with a number as in 2015.
import type { Section } from '../kernel/prog-sections.ts';
import type { SlotSpec } from '../object.ts';
import type { SlotDraft } from './directives.ts';
import { refuse, type Place, type ProblemList } from './errors.ts';
import type { Body } from './body.ts';
import type { MapDraft } from './map-directive.ts';
import { didYouMean } from './suggest.ts';

/** A program and its section. */
export interface ProgDraft {
  readonly body: Body;
  readonly section: Section;
}

/** `.slot` lines first, then each program of a section such as kprobe/9: it goes to that slot of the last prog_array of the text. */
export function fillSlots(
  drafts: readonly SlotDraft[],
  programs: readonly ProgDraft[],
  maps: readonly MapDraft[],
  problems: ProblemList,
): SlotSpec[] {
  const filler = new SlotFiller(maps);
  const names = new Set(programs.map((prog) => prog.body.name));
  for (const { map, index, prog } of drafts) {
    problems.attempt(() => {
      if (!names.has(prog.text)) {
        refuse(prog, 'unknown-program', [prog.text], didYouMean(prog.text, names));
      }
      filler.fill(map, map.text, index, prog.text);
    });
  }
  const last = maps.findLast((map) => map.spec.type === 'prog_array');
  for (const { body, section } of programs) {
    const { slot } = section;
    if (slot === undefined) continue;
    problems.attempt(() => {
      if (last === undefined) refuse(body.place, 'no-prog-array', [section.name]);
      filler.fill(body.place, last.spec.name, BigInt(slot), body.name);
    });
  }
  return filler.slots;
}

class SlotFiller {
  readonly slots: SlotSpec[] = [];
  private readonly maps: ReadonlyMap<string, MapDraft>;
  private readonly lines = new Map<string, number>();

  constructor(maps: readonly MapDraft[]) {
    this.maps = new Map(maps.map((map) => [map.spec.name, map]));
  }

  fill(place: Place, map: string, index: bigint, prog: string): void {
    const spec = this.maps.get(map)?.spec;
    if (spec === undefined) refuse(place, 'unknown-map', [map], didYouMean(map, this.maps.keys()));
    if (spec.type !== 'prog_array') refuse(place, 'not-a-prog-array', [map, spec.type]);
    if (index < 0n || index >= BigInt(spec.maxEntries)) refuse(place, 'slot-range', [index, spec.maxEntries]);
    const earlier = this.lines.get(`${map} ${index}`);
    if (earlier !== undefined) refuse(place, 'slot-twice', [map, Number(index), earlier]);
    this.lines.set(`${map} ${index}`, place.line);
    this.slots.push({ map, index: Number(index), prog });
  }
}

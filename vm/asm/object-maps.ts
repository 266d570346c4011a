// The maps of an object text: declared by `.map`, by their data as in 2015, or made of global data.
import type { ObjectSpec } from '../object.ts';
import { GlobalData } from './data-section.ts';
import { refuse, type ProblemList } from './errors.ts';
import { fillInners, linkMaps } from './inners.ts';
import { LEGACY_MAPS, readLegacyMaps } from './legacy-maps.ts';
import type { InnerDraft, MapDraft } from './map-directive.ts';

/** Takes maps while a text is read. */
export class ObjectMaps {
  readonly globals = new GlobalData();
  /** Names in .maps, whose types a text does not say. */
  readonly inBtf = new Set<string>();
  readonly inners: InnerDraft[] = [];
  private readonly maps = new Map<string, MapDraft>();
  private readonly templates = new Map<string, MapDraft>();

  /** A map to create. Throws AsmError for a name that is taken. */
  add(draft: MapDraft): void {
    this.demandNew(draft);
    this.maps.set(draft.spec.name, draft);
  }

  /** What inner maps can be like; it is not created. Throws AsmError for a name that is taken. */
  addTemplate(draft: MapDraft): void {
    this.demandNew(draft);
    this.templates.set(draft.spec.name, draft);
  }

  private demandNew({ spec: { name }, place }: MapDraft): void {
    const earlier = this.maps.get(name) ?? this.templates.get(name);
    if (earlier !== undefined) refuse(place, 'duplicate-name', ['map', name, earlier.place.line]);
  }

  /** All maps by name, once the text has been read: those that were declared first, then those that stand in it as data. */
  declared(problems: ProblemList): ReadonlyMap<string, MapDraft> {
    for (const [name, section] of this.globals.sections) {
      problems.attempt(() => {
        if (name === LEGACY_MAPS) {
          // Such a map can be declared by .map too, which says more.
          for (const draft of readLegacyMaps(section)) if (!this.maps.has(draft.spec.name)) this.add(draft);
          return;
        }
        const spec = section.mapSpec();
        if (spec !== undefined) this.add({ spec, place: section.place, inner: undefined });
      });
    }
    return this.maps;
  }

  /** The maps of the object, and which map goes into which. */
  specs(problems: ProblemList): Pick<ObjectSpec, 'maps' | 'inners'> {
    const inners = fillInners(this.inners, this.maps, problems);
    const maps = linkMaps(this.maps, this.templates, problems);
    return inners.length === 0 ? { maps } : { maps, inners };
  }
}

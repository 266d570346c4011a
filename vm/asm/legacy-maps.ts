// Maps as they were declared before BTF: `struct bpf_map_def progs SEC("maps") = { ... }`, five u32 behind each name.
import { MAP_TYPES } from '../maps/types.ts';
import type { DataSection } from './data-section.ts';
import { refuse } from './errors.ts';
import type { MapDraft } from './map-directive.ts';

/** Name of their section. */
export const LEGACY_MAPS = 'maps';
/** type, key_size, value_size, max_entries, map_flags; samples and libraries put more behind them. */
const FIELDS = 5;

/** The maps of the section, in its order. Throws AsmError for what is no bpf_map_def. */
export function readLegacyMaps(section: DataSection): MapDraft[] {
  const bytes = section.contents();
  const view = new DataView(bytes.buffer, 0, bytes.length);
  const names = [...section.globals.symbols].filter(([, { map }]) => map === section.name);
  return names.map(([name, place]) => {
    const { off } = place;
    if (off + 4 * FIELDS > bytes.length) refuse(place, 'map-def', [name, bytes.length - off]);
    const [number, keySize, valueSize, maxEntries, flags] = Array.from({ length: FIELDS }, (_, i) =>
      view.getUint32(off + 4 * i, true),
    ) as [number, number, number, number, number]; // FIELDS of them
    const type = Object.entries(MAP_TYPES).find(([, row]) => row.number === number)?.[0];
    if (type === undefined) return refuse(place, 'expected', ['the number of a map type', String(number)]);
    return { spec: { name, type, keySize, valueSize, maxEntries, flags }, place, inner: undefined };
  });
}

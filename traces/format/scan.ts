// Finds the sound sections of a file, and says where it is broken.
import { crc32 } from './crc32.ts';
import { findHead, readHead, SECTIONS, SIGNATURE } from './layout.ts';
import type { Section, SectionType } from './layout.ts';

/** A stretch of bytes that cannot be read. */
export interface Gap {
  readonly offset: number;
  readonly message: string;
}

/** A section of a known type and version whose check sum is right. */
export interface SoundSection extends Section {
  readonly type: SectionType;
  readonly payload: Uint8Array;
}

export interface Scan {
  readonly sections: readonly SoundSection[];
  readonly gaps: readonly Gap[];
  /** Set where a section of a known type has a version from the future; the type. */
  readonly newer: SectionType | undefined;
}

const TYPES = new Map<number, SectionType>(
  (Object.keys(SECTIONS) as SectionType[]).map((type) => [SECTIONS[type].code, type]), // keys of a const table
);

/** Walks a whole file once and checks every check sum. Sections of an unknown type are passed over. */
export function scan(bytes: Uint8Array): Scan {
  const sections: SoundSection[] = [];
  const gaps: Gap[] = [];
  let newer: SectionType | undefined;
  if (!SIGNATURE.every((byte, i) => bytes[i] === byte))
    gaps.push({ offset: 0, message: 'the signature is damaged' });
  let at = SIGNATURE.length;
  while (at < bytes.length) {
    const section = readHead(bytes, at);
    if (section === undefined) {
      const next = findHead(bytes, at + 1);
      gaps.push({
        offset: at,
        message: next < bytes.length ? 'the head of a section is damaged' : 'the rest is no section',
      });
      at = next;
      continue;
    }
    if (section.end > bytes.length) {
      gaps.push({ offset: at, message: `the file ends inside a section (${nameOf(section)})` });
      break;
    }
    at = section.end;
    const type = TYPES.get(section.code);
    if (type === undefined) continue;
    if (crc32(bytes, section.start, section.end) !== section.crc) {
      gaps.push({ offset: section.offset, message: `a section is damaged (${nameOf(section)})` });
    } else if (section.version > SECTIONS[type].version) {
      newer ??= type;
      gaps.push({ offset: section.offset, message: `a section is of a newer version (${nameOf(section)})` });
    } else sections.push({ ...section, type, payload: bytes.subarray(section.start, section.end) });
  }
  return { sections, gaps, newer };
}

function nameOf(section: Section): string {
  return TYPES.get(section.code) ?? `type ${section.code}`;
}

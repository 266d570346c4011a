// An ELF file as sections and symbols: everything that is read later lies inside of the file.
//
//   header (64 bytes) | sections' bytes | section headers (64 bytes each)
//
// @see System V ABI, chapter 4; include/uapi/linux/elf.h
import { elfError, readU64, textAt, viewOf, type ElfSection } from './elf-bytes.ts';
import { MACHINES, SECTION_TYPES } from './elf-numbers.ts';
import { readSymbols, type ElfSymbol } from './elf-symbols.ts';

/** A file. `sections[i].index` is i. */
export interface ElfFile {
  readonly name: string;
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
}

const HEADER_BYTES = 64;
const SECTION_BYTES = 64;
const MAGIC = 0x7f45_4c46;
const ELFCLASS64 = 2;
const ELFDATA2LSB = 1;
const ELFDATA2MSB = 2;
const ET_REL = 1;
/** e_shstrndx that says that the index stands in section 0. @see SHN_XINDEX */
const SHN_XINDEX = 0xffff;
/** Most bytes that sections without bytes in the file may ask for, all together: more is a mistake. */
const LIMIT_EMPTY_BYTES = 1 << 26;

/** The sections and symbols of a file. Throws LoadError 'elf' for a file that is none for BPF, and for parts of it that lie elsewhere. */
export function readElf(bytes: Uint8Array, name: string): ElfFile {
  checkHeader(bytes, name);
  const sections = readSections(bytes, name);
  return { name, sections, symbols: readSymbols(sections, name) };
}

function checkHeader(bytes: Uint8Array, name: string): void {
  const refuse = (offset: number, reason: string): never => {
    throw elfError(name, '', offset, reason);
  };
  const view = viewOf(bytes);
  if (bytes.length < 4 || view.getUint32(0) !== MAGIC) {
    refuse(0, 'this is no ELF file: build an object with clang -target bpf -g -c');
  }
  if (bytes.length < HEADER_BYTES) {
    refuse(bytes.length, `the file ends in its header, which has ${HEADER_BYTES} bytes`);
  }
  if (bytes[4] !== ELFCLASS64)
    refuse(4, 'this is an ELF file of 32 bits, and BPF has 64: build with -target bpf');
  if (bytes[5] === ELFDATA2MSB) refuse(5, 'this object is big endian: build with -target bpfel');
  if (bytes[5] !== ELFDATA2LSB) refuse(5, `byte order ${bytes[5]} is none of ELF`);
  const type = view.getUint16(16, true);
  const machine = view.getUint16(18, true);
  if (machine !== MACHINES.bpf && machine !== MACHINES.none) {
    refuse(
      18,
      `this is an object for another machine (${machine}, and BPF is ${MACHINES.bpf}): build with -target bpf`,
    );
  }
  if (type !== ET_REL) refuse(16, `this is no relocatable object (type ${type}): compile with -c`);
}

function readSections(bytes: Uint8Array, name: string): ElfSection[] {
  const view = viewOf(bytes);
  const start = readU64(view, 40);
  const entryBytes = view.getUint16(58, true);
  if (start === 0) throw elfError(name, '', 40, 'the file has no sections');
  if (entryBytes !== SECTION_BYTES) {
    throw elfError(name, '', 58, `headers of sections have ${SECTION_BYTES} bytes, and not ${entryBytes}`);
  }
  if (start + SECTION_BYTES > bytes.length) {
    throw elfError(name, '', 40, `headers of sections begin at byte ${start} of ${bytes.length}`);
  }
  // Counts that do not fit into the header stand in section 0.
  const count = view.getUint16(60, true) || readU64(view, start + 32);
  const asked = view.getUint16(62, true);
  const namesIndex = asked === SHN_XINDEX ? view.getUint32(start + 40, true) : asked;
  if (start + count * SECTION_BYTES > bytes.length) {
    throw elfError(name, '', 60, `${count} sections do not fit into a file of ${bytes.length} bytes`);
  }
  if (namesIndex >= count) {
    throw elfError(name, '', 62, `names of sections stand in section ${namesIndex} of ${count}`);
  }
  const unnamed = Array.from({ length: count }, (_, index) => readSection(bytes, name, start, index));
  checkSizes(unnamed, bytes.length, name, start);
  const names = unnamed[namesIndex]!;
  return unnamed.map((section) => {
    const offset = section.nameOffset;
    const text = section.index === 0 ? '' : textAt(names.bytes, offset);
    if (text === undefined) {
      throw elfError(name, '', start + section.index * SECTION_BYTES, `section ${section.index} has no name`);
    }
    return Object.assign(section, { name: text });
  });
}

/** Sections without bytes in the file are bounded, and others do not share theirs: a small file would ask for more than any memory holds. */
function checkSizes(sections: readonly ElfSection[], fileBytes: number, name: string, start: number): void {
  let emptyBytes = 0;
  let bytes = 0;
  for (const { type, size, index } of sections) {
    const at = start + index * SECTION_BYTES;
    if (type === SECTION_TYPES.nobits) emptyBytes += size;
    else bytes += size;
    if (emptyBytes > LIMIT_EMPTY_BYTES) {
      const reason = `section ${index} asks for ${size} bytes, and all such sections have ${LIMIT_EMPTY_BYTES} at most`;
      throw elfError(name, '', at + 32, reason);
    }
    if (bytes > fileBytes) {
      const reason = `sections lie over one another: up to section ${index} they have ${bytes} bytes, and the file ${fileBytes}`;
      throw elfError(name, '', at + 24, reason);
    }
  }
}

function readSection(
  bytes: Uint8Array,
  name: string,
  start: number,
  index: number,
): ElfSection & { nameOffset: number } {
  const view = viewOf(bytes);
  const at = start + index * SECTION_BYTES;
  const type = view.getUint32(at + 4, true);
  const offset = readU64(view, at + 24);
  const size = readU64(view, at + 32);
  const isEmpty = type === SECTION_TYPES.nobits || index === 0;
  if (!isEmpty && offset + size > bytes.length) {
    const where = `section ${index} lies at bytes ${offset} to ${offset + size}`;
    throw elfError(name, '', at + 24, `${where} of a file of ${bytes.length}: it was cut off`);
  }
  return {
    index,
    name: '',
    nameOffset: view.getUint32(at, true),
    type,
    flags: readU64(view, at + 8),
    offset,
    size: index === 0 ? 0 : size,
    link: view.getUint32(at + 40, true),
    info: view.getUint32(at + 44, true),
    entryBytes: readU64(view, at + 56),
    bytes: isEmpty ? new Uint8Array(0) : bytes.subarray(offset, offset + size),
  };
}

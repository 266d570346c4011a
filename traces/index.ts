// The only door of the traces.
export * from './categories.ts';
export * from './event.ts';
export type * from './recording.ts';
export * from './tables/index.ts';
export { FormatError, type FormatErrorCode } from './format/errors.ts';
export { isSct } from './format/layout.ts';
export { openSct } from './format/reader.ts';
export { createSctWriter, type SctWriterOptions } from './format/writer.ts';

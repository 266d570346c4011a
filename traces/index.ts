// The only door of the traces.
export * from './categories.ts';
export * from './event.ts';
export type * from './recording.ts';
export * from './tables/index.ts';

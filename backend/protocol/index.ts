// The door of the protocol: what server and page both know.
export type * from './code.ts';
export * from './columns.ts';
export * from './events.ts';
export * from './frame.ts';

// The door of the backend: what stands behind the command line, for whoever embeds or measures it.
export { refusal, UserError, type ErrorCode } from './errors.ts';
export { importLogs, type ImportOptions, type ImportResult, type LogSource } from './library/import-log.ts';
export { readManifest, type StoredRecording } from './library/manifest.ts';
export { openBytes, openTrace, sctBytes, type OpenedTrace } from './library/open-trace.ts';
export { openProgram, readProgram } from './library/programs.ts';
export { optimiseSooner } from './library/wasm-tiering.ts';
export { createApp, type App, type AppDeps } from './server/app.ts';
export { listen } from './server/listen.ts';
export { createRecordings, type Recordings } from './server/recordings.ts';
export { FRESH_BASE, type FrameBase, type SessionFrame } from './session/frame.ts';
export { createSession, type Session, type SessionOptions } from './session/session.ts';
export { openWorkerPort } from './session/worker-port.ts';

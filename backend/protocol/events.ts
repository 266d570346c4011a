// The events between server and page. Every request is acked with a Reply; see request schemas in requests.ts.
import type { CodeView, ProgHits } from './code.ts';
import type { Frame } from './frame.ts';

export interface ReplyError {
  /** Stable, kebab-case: 'no-recording', 'bad-payload'. */
  readonly code: string;
  /** One sentence for a person: what is wrong, and what to do. */
  readonly message: string;
}
export type Reply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: ReplyError };
export type Ack<T> = (reply: Reply<T>) => void;

/** A recording that can be opened: of the manifest, or dropped on the page. */
export interface RecordingEntry {
  readonly name: string;
  readonly title: string;
  readonly command: string;
  readonly lookFor: string;
  readonly calls: number;
  readonly packets: number;
  readonly seconds: number;
  readonly byteSize: number;
  readonly origin: 'manifest' | 'upload' | 'file';
}

/** A program that can be opened: one that comes along, one given at the start, or one that was dropped on the page. */
export interface ProgramEntry {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly origin: 'sample' | 'upload' | 'file';
  /** Recordings that it is worth running over, by name. */
  readonly suits: readonly string[];
}

export interface SyscallInfo {
  readonly arch: string;
  readonly nr: number;
  readonly name: string;
  /** Code in traces' CATEGORIES. */
  readonly category: number;
}

/** The overview of a recording, from the index of the file alone; one row a run of neighbouring records, lastNs is its latest enter. */
export interface OverviewRow {
  readonly firstNs: number;
  readonly lastNs: number;
  readonly calls: number;
  readonly packets: number;
  readonly errors: number;
  readonly maxLatencyNs: number;
  readonly categories: readonly number[];
}

/** What is fixed about the open recording; sent on join and whenever another is opened. */
export interface RecordingInfo {
  readonly name: string;
  readonly title: string;
  readonly command: string;
  readonly recorder: string;
  readonly lookFor: string;
  /** Epoch ns of time 0 as decimal text; '0' unknown. */
  readonly startNs: string;
  readonly durationNs: number;
  readonly calls: number;
  readonly packets: number;
  /** How many times longer calls look than they are; 0 unknown. */
  readonly bias: number;
  readonly lines: number;
  readonly badLines: number;
  /** A sentence when the file is damaged; empty otherwise. */
  readonly damage: string;
  readonly syscalls: readonly SyscallInfo[];
  readonly overview: readonly OverviewRow[];
}

export interface SessionInfo {
  readonly session: string;
  readonly epoch: number;
  readonly recording: RecordingInfo;
  /** Name of a ProgramEntry. */
  readonly program: string;
}

/** The answer to a join. */
export interface JoinInfo extends SessionInfo {
  /** This join made the session: whatever stood under its name before is gone. */
  readonly isNew: boolean;
}

/** One entry of a map, as bytes in hex and, where the size is 4 or 8, as a number in decimal text. */
export interface MapEntryView {
  readonly keyHex: string;
  readonly key: string;
  /** One value; per-CPU maps have one for each CPU. */
  readonly valueHex: readonly string[];
  readonly value: readonly string[];
  /** Both by their BTF types, where those are known: JSON text in the shape of bpftool. */
  readonly json?: { readonly key: string; readonly value: readonly string[] };
}
export interface MapPage {
  readonly map: string;
  readonly type: string;
  readonly entries: number;
  readonly offset: number;
  readonly rows: readonly MapEntryView[];
}

export interface ClientToServer {
  /** Joins (and makes, if needed) a session; frames follow. `session` '' is the default one. */
  'session:join': (payload: { session: string }, ack: Ack<JoinInfo>) => void;
  /** Opens another recording in the session, for all its viewers; it starts playing. */
  'session:open': (payload: { recording: string }, ack: Ack<SessionInfo>) => void;
  /** Opens another program in the session, for all its viewers; the recording plays from its start. */
  'program:open': (payload: { program: string }, ack: Ack<SessionInfo>) => void;
  'program:list': (payload: Record<string, never>, ack: Ack<readonly ProgramEntry[]>) => void;
  /** A program of the loaded object, by its name in it: source, insns and generated code. */
  'program:code': (payload: { prog: string }, ack: Ack<CodeView>) => void;
  /** How often each of its insns ran, up to the clock. */
  'program:hits': (payload: { prog: string }, ack: Ack<ProgHits>) => void;
  /** Has hits of insns counted in the session, or not any more, for all its viewers: the recording goes on from where it stands. */
  'program:profile': (payload: { isOn: boolean }, ack: Ack<SessionInfo>) => void;
  'clock:play': (payload: Record<string, never>, ack: Ack<null>) => void;
  'clock:pause': (payload: Record<string, never>, ack: Ack<null>) => void;
  'clock:restart': (payload: Record<string, never>, ack: Ack<null>) => void;
  'clock:seek': (payload: { atNs: number }, ack: Ack<null>) => void;
  /** 0.1 to 1000, or 0 for as fast as it can. */
  'clock:speed': (payload: { speed: number }, ack: Ack<null>) => void;
  'recording:list': (payload: Record<string, never>, ack: Ack<readonly RecordingEntry[]>) => void;
  /** Entries of a map of the loaded object, at most `limit` (1..500) from `offset`. */
  'map:read': (payload: { map: string; offset: number; limit: number }, ack: Ack<MapPage>) => void;
}

export interface ServerToClient {
  /** The ack gives the viewer's credit back: at most two frames are without one. */
  'session:frame': (frame: Frame, ack: () => void) => void;
  /** Another recording or program was opened in the session. */
  'session:changed': (info: SessionInfo) => void;
  /** The replay broke down; the next request starts it again from the beginning. */
  'session:failed': (error: ReplyError) => void;
  /** The list of recordings has changed. */
  'recording:changed': (list: readonly RecordingEntry[]) => void;
  /** The list of programs has changed. */
  'program:changed': (list: readonly ProgramEntry[]) => void;
}

/** POST /api/recordings?name=FILE with the file as its body (strace text, gzip of it, or .sct) answers this, or ReplyError. */
export interface UploadReply {
  readonly recording: RecordingEntry;
  readonly lines: number;
  readonly badLines: number;
  /** The first warnings, as sentences. */
  readonly warnings: readonly string[];
}

/**
 * POST /api/programs?name=FILE with an object that clang made, or assembly text, as its body answers this, or ReplyError. It was loaded and verified, and
 * not run.
 */
export interface ProgramUploadReply {
  readonly program: ProgramEntry;
  /** Programs in it that are loaded. */
  readonly progs: number;
  /** What is to be known of it, as sentences: programs that are left out or that no recording runs. */
  readonly notes: readonly string[];
}

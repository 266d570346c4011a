// What the main thread asks of a session, whether the session runs in a worker or, in tests, beside it.
import type { ProgramSource } from '../library/programs.ts';
import type { CodeView, MapPage, ProgHits, RecordingInfo, ReplyError } from '../protocol/index.ts';
import type { FrameBase, SessionFrame } from './frame.ts';

/** A recording and a program to replay from the start. */
export interface OpenSession {
  readonly path: string;
  readonly name: string;
  readonly lookFor: string;
  readonly program: ProgramSource;
  readonly speed: number;
  /** Count how often each insn runs; default false. */
  readonly profile?: boolean;
  /** Goes on from where the session stands that is replaced, playing or not; otherwise it plays from the start. */
  readonly goesOn?: boolean;
  /** First epoch, unless the session that is replaced has come to it already: then the one after its last. */
  readonly epoch: number;
}

/** The frame after a base, and the base after the frame; null when nothing has changed. */
export type FrameAnswer = { readonly frame: SessionFrame; readonly base: FrameBase } | null;

/** Calls by name: what each takes and gives. Those that control the clock give the epoch that holds afterwards. */
export interface SessionCalls {
  open: { take: OpenSession; give: { readonly epoch: number; readonly recording: RecordingInfo } };
  play: { take: null; give: number };
  pause: { take: null; give: number };
  restart: { take: null; give: number };
  /** Answered when the state is reached, or another seek takes its place. */
  seek: { take: { readonly atNs: number }; give: number };
  speed: { take: { readonly speed: number }; give: number };
  hold: { take: { readonly isHeld: boolean }; give: number };
  /** One answer for each base. */
  frames: { take: { readonly bases: readonly FrameBase[] }; give: readonly FrameAnswer[] };
  map: { take: { readonly map: string; readonly offset: number; readonly limit: number }; give: MapPage };
  code: { take: { readonly prog: string }; give: CodeView };
  hits: { take: { readonly prog: string }; give: ProgHits };
}
export type CallName = keyof SessionCalls;

/** The main thread's end of a session. */
export interface SessionPort {
  /** Rejects with UserError when the session refuses, and when it has failed or was closed. */
  request<K extends CallName>(name: K, take: SessionCalls[K]['take']): Promise<SessionCalls[K]['give']>;
  /** Called at most once, when the session broke down; its requests are rejected. */
  onFailure(listener: (reason: string) => void): void;
  close(): Promise<void>;
}

/** A call on its way to a worker. */
export type CallMessage = {
  [K in CallName]: { readonly id: number; readonly name: K; readonly take: SessionCalls[K]['take'] };
}[CallName];

/** Its answer. */
export interface AnswerMessage {
  readonly id: number;
  readonly give?: SessionCalls[CallName]['give'];
  readonly error?: ReplyError;
}

// All that the page knows, as one value. reduce.ts makes the next one; views read it and hold no second copy.
import type {
  ClockView,
  Frame,
  MapPage,
  CodeView,
  ProgramEntry,
  RecordingEntry,
  SessionInfo,
} from '../../../backend/protocol/index.ts';
import type { ErrnoRow, SyscallRow, Timeline } from '../../../traces/index.ts';
import type { CodeHits } from './code-hits.ts';
import type { Heat } from './heat.ts';
import { EMPTY_PIPE, type Pipe } from './pipe.ts';

export type { ErrnoRow, SyscallRow, Timeline };

/** The line to the server. `attempt` counts from 1 while it is lost. */
export interface LinkState {
  readonly status: 'connecting' | 'connected' | 'lost';
  readonly attempt: number;
}

/** A frame with its columns read; heat, pipe and records live on across frames and stand beside it in the state. */
export interface FrameView extends Omit<
  Frame,
  'syscalls' | 'errnos' | 'timeline' | 'heat' | 'pipe' | 'records'
> {
  /** Insns run, all programs. */
  readonly insns: number;
  readonly syscalls: readonly SyscallRow[];
  readonly errnos: readonly ErrnoRow[];
  readonly timeline: Timeline;
}

/** A file on its way to the server. `share` is of its bytes, 1 while the server reads the rest. */
export interface Upload {
  readonly file: string;
  readonly share: number;
}

/** Something to tell. Stands until dismissed; the same text again only counts up. */
export interface Notice {
  readonly id: number;
  readonly tone: 'error' | 'info';
  readonly text: string;
  readonly details: readonly string[];
  readonly times: number;
}

export interface PageState {
  readonly link: LinkState;
  readonly session: SessionInfo | undefined;
  /** Frames of an older epoch are thrown away; -1 takes any. */
  readonly epoch: number;
  /** Of the last frame taken on this connection; 0 none. */
  readonly seq: number;
  readonly frame: FrameView | undefined;
  readonly heat: Heat | undefined;
  readonly pipe: Pipe;
  /** What programs handed over through ring buffers and perf buffers. */
  readonly records: Pipe;
  readonly recordings: readonly RecordingEntry[];
  readonly programs: readonly ProgramEntry[];
  readonly mapPage: MapPage | undefined;
  /** The program that was last looked into. */
  readonly code: CodeView | undefined;
  readonly hits: CodeHits | undefined;
  readonly upload: Upload | undefined;
  readonly notices: readonly Notice[];
  readonly noticesMade: number;
}

/** What can happen to the state. */
export type Message =
  | { readonly kind: 'link'; readonly link: LinkState }
  | { readonly kind: 'joined'; readonly info: SessionInfo }
  | { readonly kind: 'changed'; readonly info: SessionInfo }
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'clock'; readonly clock: Partial<ClockView> }
  | { readonly kind: 'recordings'; readonly list: readonly RecordingEntry[] }
  | { readonly kind: 'programs'; readonly list: readonly ProgramEntry[] }
  | { readonly kind: 'map-page'; readonly page: MapPage | undefined }
  | { readonly kind: 'code'; readonly code: CodeView | undefined }
  | { readonly kind: 'hits'; readonly hits: CodeHits | undefined }
  | { readonly kind: 'upload'; readonly upload: Upload | undefined }
  | {
      readonly kind: 'notice';
      readonly tone: Notice['tone'];
      readonly text: string;
      readonly details?: readonly string[];
    }
  | { readonly kind: 'dismiss'; readonly id: number };

export const INITIAL_STATE: PageState = {
  link: { status: 'connecting', attempt: 0 },
  session: undefined,
  epoch: -1,
  seq: 0,
  frame: undefined,
  heat: undefined,
  pipe: EMPTY_PIPE,
  records: EMPTY_PIPE,
  recordings: [],
  programs: [],
  mapPage: undefined,
  code: undefined,
  hits: undefined,
  upload: undefined,
  notices: [],
  noticesMade: 0,
};

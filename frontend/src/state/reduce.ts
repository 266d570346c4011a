// The page's only way from one state to the next.
import type { Frame, SessionInfo } from '../../../backend/protocol/index.ts';
import { viewFrame } from './frame-view.ts';
import { mergeHeat } from './heat.ts';
import { type LinkState, type Message, type Notice, type PageState } from './page-state.ts';
import { EMPTY_PIPE, mergePipe } from './pipe.ts';
import { recordLines } from './record-lines.ts';

/** Notices kept; the oldest gives way. */
const NOTICES = 5;

/** The state after `message`. Pure; returns `state` itself when nothing changes. */
export function reduce(state: PageState, message: Message): PageState {
  switch (message.kind) {
    case 'link':
      return reduceLink(state, message.link);
    case 'joined':
      return { ...openSession(state, message.info), epoch: message.info.epoch };
    case 'changed':
      return openSession(state, message.info);
    case 'frame':
      return reduceFrame(state, message.frame);
    case 'clock':
      return state.frame === undefined
        ? state
        : { ...state, frame: { ...state.frame, clock: { ...state.frame.clock, ...message.clock } } };
    case 'recordings':
      return { ...state, recordings: message.list };
    case 'programs':
      return { ...state, programs: message.list };
    case 'map-page':
      return { ...state, mapPage: message.page };
    case 'code':
      return {
        ...state,
        code: message.code,
        hits: message.code?.hasHits === true ? state.hits : undefined,
      };
    case 'hits':
      return { ...state, hits: message.hits };
    case 'upload':
      return { ...state, upload: message.upload };
    case 'notice':
      return reduceNotice(state, message.tone, message.text, message.details ?? []);
    default:
      return { ...state, notices: state.notices.filter(({ id }) => id !== message.id) };
  }
}

// A new connection counts its frames from 1 and may meet a server that was started anew: any epoch is taken then.
function reduceLink(state: PageState, link: LinkState): PageState {
  return link.status === 'connected' ? { ...state, link, seq: 0, epoch: -1 } : { ...state, link };
}

// The first frame of the new epoch may have come before this: then it stays. One from before the connection is of another count.
function openSession(state: PageState, info: SessionInfo): PageState {
  const next = { ...state, session: info, epoch: Math.max(state.epoch, info.epoch) };
  const same =
    state.session?.recording.name === info.recording.name && state.session.program === info.program;
  if (state.frame === undefined || (state.seq > 0 && state.frame.epoch === info.epoch)) return next;
  if (same) return next;
  const nothing = {
    frame: undefined,
    heat: undefined,
    pipe: EMPTY_PIPE,
    records: EMPTY_PIPE,
    mapPage: undefined,
    code: undefined,
    hits: undefined,
  };
  return { ...next, ...nothing };
}

function reduceFrame(state: PageState, frame: Frame): PageState {
  if (frame.epoch < state.epoch) return state;
  if (frame.epoch === state.epoch && frame.seq <= state.seq) return state;
  const sameEpoch = state.frame?.epoch === frame.epoch;
  return {
    ...state,
    epoch: frame.epoch,
    seq: frame.seq,
    frame: viewFrame(frame),
    heat: mergeHeat(sameEpoch ? state.heat : undefined, frame.heat),
    pipe: mergePipe(sameEpoch ? state.pipe : EMPTY_PIPE, frame.pipe),
    records: mergePipe(sameEpoch ? state.records : EMPTY_PIPE, recordLines(frame.records)),
  };
}

function reduceNotice(
  state: PageState,
  tone: Notice['tone'],
  text: string,
  details: readonly string[],
): PageState {
  const known = state.notices.find((notice) => notice.tone === tone && notice.text === text);
  const id = known?.id ?? state.noticesMade + 1;
  const notice: Notice = { id, tone, text, details, times: (known?.times ?? 0) + 1 };
  const others = state.notices.filter((other) => other !== known);
  return {
    ...state,
    notices: [...others, notice].slice(-NOTICES),
    noticesMade: Math.max(state.noticesMade, id),
  };
}

// Answers the calls of calls.ts with a session. The worker and the tests each put their own message loop around it.
import { openProgram } from '../library/programs.ts';
import { openBytes, reading, sctBytes } from '../library/open-trace.ts';
import type { CallName, OpenSession, SessionCalls } from './calls.ts';
import type { FrameBase } from './frame.ts';
import { readProgCode, readProgHits } from './prog-code.ts';
import { viewRecording } from './recording-info.ts';
import { createSession, type Session } from './session.ts';

export interface SessionDesk {
  answer<K extends CallName>(name: K, take: SessionCalls[K]['take']): Promise<SessionCalls[K]['give']>;
  /** As Session.work; Infinity before the first `open`. */
  work(): number;
}

/** Brings a new session to where another stands. */
function goOn(session: Session, { clock: { atNs, state, durationNs } }: Session): void {
  session.seek(state === 'ended' ? durationNs : atNs);
  if (state === 'playing') session.play();
}

type Answers = {
  readonly [K in CallName]: (
    take: SessionCalls[K]['take'],
  ) => SessionCalls[K]['give'] | Promise<SessionCalls[K]['give']>;
};

/** A desk without a session; `open` makes it, and again replaces it. `wallMs` never steps back. */
export function createSessionDesk(wallMs: () => number): SessionDesk {
  let current: Session | undefined;
  const session = (): Session => {
    if (current === undefined) throw new Error('a session is opened before it is used');
    return current;
  };
  const control = (change: (session: Session) => void): number => {
    change(session());
    return session().epoch;
  };
  const open = async (take: OpenSession): Promise<SessionCalls['open']['give']> => {
    const recording = openBytes(await sctBytes(take.path), take.path);
    const { speed, profile = false, goesOn = false } = take;
    const program = openProgram(take.program);
    const epoch = Math.max(take.epoch, (current?.epoch ?? 0) + 1);
    const opened = reading(take.path, () =>
      createSession({ recording, program, wallMs, epoch, speed, profile }),
    );
    const before = goesOn ? current : undefined;
    if (before === undefined) opened.play();
    else goOn(opened, before);
    current?.end();
    current = opened;
    return { epoch: opened.epoch, recording: viewRecording(recording, take.name, take.lookFor) };
  };
  const seek = ({ atNs }: { readonly atNs: number }): Promise<number> =>
    new Promise((resolve) => {
      const sought = session();
      const epoch = sought.epoch + 1;
      sought.seek(atNs, () => resolve(epoch));
    });
  const answers: Answers = {
    open,
    play: () => control((it) => it.play()),
    pause: () => control((it) => it.pause()),
    restart: () => control((it) => it.restart()),
    seek,
    speed: ({ speed }) => control((it) => it.setSpeed(speed)),
    hold: ({ isHeld }) => control((it) => it.hold(isHeld)),
    frames: ({ bases }: { readonly bases: readonly FrameBase[] }) =>
      bases.map((base) => session().frame(base) ?? null),
    map: ({ map, offset, limit }) => session().readMap(map, offset, limit),
    code: ({ prog }) => readProgCode(session().replay, prog),
    hits: ({ prog }) => readProgHits(session().replay, prog),
  };
  return {
    answer: async (name, take) => answers[name](take),
    work: () => current?.work() ?? Infinity,
  };
}

// A session as the server holds it: its port, its viewers, and what has to happen when either goes away.
import type { ProgramSource } from '../library/programs.ts';
import { refusal, UserError } from '../errors.ts';
import type { StoredRecording } from '../library/manifest.ts';
import type { CodeView, JoinInfo, MapPage, ProgHits, SessionInfo } from '../protocol/index.ts';
import type { CallName, SessionCalls, SessionPort } from '../session/calls.ts';
import type { FrameBase } from '../session/frame.ts';
import type { Viewer } from './viewer.ts';

/** Wall ms that a session lives on, paused, when its last viewer has left. */
const ALONE_MS = 60_000;

/** Longest a seek is waited for before it is answered; the frames show how far it is. */
const SEEK_WAIT_MS = 1000;

export interface HostOptions {
  readonly name: string;
  readonly recording: StoredRecording;
  /** What it starts with. */
  readonly program: ProgramSource;
  readonly speed: number;
  /** Whether it starts with hits of insns counted. */
  readonly profile: boolean;
  readonly openPort: () => SessionPort;
  readonly wallMs: () => number;
  /** Called when the session broke down, for the log. */
  readonly onFailure: (reason: string) => void;
}

export interface SessionHost {
  readonly viewers: ReadonlySet<Viewer>;
  /** Nobody has watched for a minute. */
  readonly isOver: boolean;
  join(viewer: Viewer): Promise<JoinInfo>;
  leave(viewer: Viewer): void;
  /** Replays another recording from its start, for all viewers. */
  open(recording: StoredRecording): Promise<SessionInfo>;
  /** Replays the recording from its start with another program, for all viewers. */
  openProgram(program: ProgramSource): Promise<SessionInfo>;
  /** Counts hits of insns from the start of the recording on, or does not any more; goes on where it stands. */
  profile(isOn: boolean): Promise<SessionInfo>;
  control<K extends ControlName>(name: K, take: SessionCalls[K]['take']): Promise<null>;
  readMap(take: SessionCalls['map']['take']): Promise<MapPage>;
  readCode(take: SessionCalls['code']['take']): Promise<CodeView>;
  readHits(take: SessionCalls['hits']['take']): Promise<ProgHits>;
  /** Sends the frames that are due. */
  tick(): Promise<void>;
  close(): Promise<void>;
}
export type ControlName = 'play' | 'pause' | 'restart' | 'seek' | 'speed';

/** What is replayed. */
interface Played {
  readonly profile: boolean;
  readonly recording: StoredRecording;
  readonly program: ProgramSource;
}

interface Opened {
  readonly port: SessionPort;
  readonly info: SessionInfo;
}

/** A session that starts with its first viewer, or its first request. */
export function createSessionHost(options: HostOptions): SessionHost {
  const viewers = new Set<Viewer>();
  let played: Played = {
    profile: options.profile,
    recording: options.recording,
    program: options.program,
  };
  let { speed } = options;
  /** What was opened last and has not failed since. */
  let current: Opened | undefined;
  /** Settled when everything that was to be opened so far is: one opens after the other. */
  let turn: Promise<unknown> = Promise.resolve();
  let starting: Promise<Opened> | undefined;
  let port: SessionPort | undefined;
  let epoch = 0;
  let aloneSinceMs = options.wallMs();
  let ticking: Promise<void> | undefined;
  let isMoving = false;
  let isMade = false;

  const notifyAll = (notice: Parameters<Viewer['notify']>[0]): void => {
    for (const viewer of viewers) viewer.notify(notice);
  };

  const startPort = (): SessionPort => {
    const started = options.openPort();
    started.onFailure((reason) => {
      current = undefined;
      port = undefined;
      options.onFailure(reason);
      const { code, message } = refusal('session-failed', reason);
      notifyAll({ kind: 'failed', error: { code, message } });
    });
    return started;
  };

  /** Opens what differs from what is played, in the worker there is or in a new one. What is refused leaves everything as it was. */
  const openNow = async (change: Partial<Played>, goesOn: boolean): Promise<Opened> => {
    const next = { ...played, ...change };
    const { recording, program, profile } = next;
    const used = port ?? startPort();
    port = used;
    const { path, entry } = recording;
    const { name, lookFor } = entry;
    const opened = await used.request('open', {
      path,
      name,
      lookFor,
      program,
      speed,
      profile,
      goesOn,
      epoch: epoch + 1,
    });
    epoch = opened.epoch;
    played = next;
    current = { port: used, info: { session: options.name, program: program.name, ...opened } };
    return current;
  };

  const openNext = (change: Partial<Played>, goesOn = false): Promise<Opened> => {
    const opened = turn.then(() => openNow(change, goesOn));
    turn = opened.catch(() => {});
    return opened;
  };

  const start = async (): Promise<Opened> => {
    const isAgain = epoch > 0;
    try {
      const opened = await openNext({});
      if (isAgain) notifyAll({ kind: 'changed', info: opened.info });
      return opened;
    } finally {
      starting = undefined;
    }
  };

  /** The session as it stands, started again if it is not there. */
  const ready = async (): Promise<Opened> => {
    await turn;
    return current ?? (starting ??= start());
  };

  /** Stops time where nobody watches, and lets it go on where somebody does. */
  const holdIfAlone = async ({ port }: Opened): Promise<void> => {
    await port.request('hold', { isHeld: viewers.size === 0 });
  };

  const call = async <K extends CallName>(
    name: K,
    take: SessionCalls[K]['take'],
  ): Promise<SessionCalls[K]['give']> => {
    const { port } = await ready();
    return port.request(name, take);
  };

  const change = async (to: Partial<Played>, goesOn = false): Promise<SessionInfo> => {
    const { info } = await openNext(to, goesOn);
    notifyAll({ kind: 'changed', info });
    return info;
  };

  const noteEpoch = (known: number): void => {
    epoch = Math.max(epoch, known);
  };

  const send = async (): Promise<void> => {
    const due = [...viewers].filter((viewer) => viewer.hasCredit);
    if (isMoving) for (const viewer of viewers) if (!viewer.hasCredit) viewer.skip();
    if (due.length === 0) return;
    await turn;
    if (current === undefined) return;
    const groups = Map.groupBy(
      due,
      ({ base }) => `${base.stamp} ${base.heatColumn} ${base.pipeTotal} ${base.recordTotal}`,
    );
    const shared = [...groups.values()];
    const bases = shared.map(([first]): FrameBase => first!.base);
    const answers = await current.port.request('frames', { bases });
    answers.forEach((answer, i) => {
      if (answer === null) return;
      noteEpoch(answer.frame.epoch);
      isMoving = answer.frame.clock.state === 'playing' || answer.frame.lagNs > 0;
      for (const viewer of shared[i] ?? []) if (viewers.has(viewer)) viewer.take(answer.frame, answer.base);
    });
  };

  const tickOnce = async (): Promise<void> => {
    try {
      await send();
    } catch (error) {
      // of a session that failed its viewers were told
      if (!(error instanceof UserError)) options.onFailure(`frames could not be sent: ${String(error)}`);
    } finally {
      ticking = undefined;
    }
  };
  const tick = (): Promise<void> => (ticking ??= tickOnce());

  /** A tick that begins now: one on its way may not know of the latest change. */
  const tickAfresh = async (): Promise<void> => {
    await ticking;
    await tick();
  };

  return {
    viewers,
    get isOver() {
      return viewers.size === 0 && options.wallMs() - aloneSinceMs >= ALONE_MS;
    },
    join: async (viewer) => {
      const isNew = !isMade;
      isMade = true;
      viewers.add(viewer);
      try {
        const opened = await ready();
        await holdIfAlone(opened);
        return { ...opened.info, epoch, isNew };
      } catch (error) {
        viewers.delete(viewer);
        throw error;
      }
    },
    leave: (viewer) => {
      if (!viewers.delete(viewer) || viewers.size > 0) return;
      aloneSinceMs = options.wallMs();
      turn.then(() => current && holdIfAlone(current)).catch(() => {});
    },
    open: (recording) => change({ recording }),
    openProgram: (program) => change({ program }),
    profile: (isOn) => change({ profile: isOn }, true),
    control: async (name, take) => {
      if (name === 'speed') ({ speed } = take as SessionCalls['speed']['take']); // by the name
      const answered = call(name, take);
      noteEpoch(name === 'seek' ? await soon(answered, epoch) : await answered);
      // where a new epoch began, its frame goes out before the answer; otherwise right after it
      if (name === 'seek' || name === 'restart') await tickAfresh();
      else void tickAfresh();
      return null;
    },
    readMap: (take) => call('map', take),
    readCode: (take) => call('code', take),
    readHits: (take) => call('hits', take),
    tick,
    close: async () => {
      viewers.clear();
      await port?.close();
    },
  };
}

/** What `answer` gives, or `otherwise` when it takes longer than a seek is waited for. */
async function soon<T>(answer: Promise<T>, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), SEEK_WAIT_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

// What a person can do to the session, as functions that views call. Errors end as notices; nothing is thrown at a view.
import type { ClockView } from '../../../backend/protocol/index.ts';
import { viewHits } from '../state/code-hits.ts';
import type { PageState } from '../state/page-state.ts';
import type { Store } from '../state/store.ts';
import { tell } from './connection.ts';
import type { FrameMark, Idle } from './idle.ts';
import { latestWins } from './latest-wins.ts';
import { RequestError, type Requester } from './request.ts';
import { isProgram, programSummary, refusalText, upload, uploadProgram, uploadSummary } from './upload.ts';

export interface Commands {
  /** Plays, or pauses what plays; what has ended starts anew. */
  toggle(): void;
  restart(): void;
  /** Seeks to a time, held within the recording. Of many in a row the last one counts. */
  seek(atNs: number): void;
  /** 0.1 to 1000, or 0 for as fast as it can. */
  setSpeed(speed: number): void;
  open(recording: string): void;
  /** Opens another program over the same recording, from its start. */
  openProgram(program: string): void;
  /** Reads a page of a map into the state, unless one is being read. */
  readMap(map: string, offset: number, limit: number): void;
  /** Reads the code of a program into the state. */
  readCode(prog: string): void;
  /** Has hits of insns counted, or not any more. */
  profile(isOn: boolean): void;
  /** Reads how often its insns ran into the state, unless that is being read. */
  readHits(prog: string): void;
  /** Sends a recording or a program and opens it. */
  upload(file: File): void;
  /** Tells the person why a wish cannot be done. */
  refuse(text: string): void;
  dismiss(notice: number): void;
}

/** What is told of an upload, and how it is opened. */
interface Sent {
  readonly text: string;
  readonly details: readonly string[];
  readonly show: () => Promise<void>;
}

/** Commands over `requester` that report to `store`. */
export function createCommands(requester: Requester, store: Store, idle: Idle): Commands {
  const state = (): PageState => store.state.value;
  // The clock, where a wish can reach it: without the server it stands still, and the page must not show otherwise.
  const reachable = (): ClockView | undefined =>
    state().link.status === 'connected' ? state().frame?.clock : undefined;
  const run = (work: () => Promise<void>): Promise<void> =>
    work().catch((error: unknown) => tell(store, error));

  // Does `work`; the page is not idle before a frame shows it.
  const runShown = (shown: (frame: FrameMark) => boolean, work: () => Promise<void>): Promise<void> => {
    const end = idle.expect(shown);
    return work().catch((error: unknown) => {
      end();
      tell(store, error);
    });
  };
  const inNewEpoch = (): ((frame: FrameMark) => boolean) => {
    const { epoch } = state();
    return (frame) => frame.epoch > epoch;
  };

  const seeker = latestWins((atNs: number) =>
    runShown(inNewEpoch(), async () => {
      await requester.request('clock:seek', { atNs });
    }),
  );
  const reader = latestWins(({ map, offset, limit }: { map: string; offset: number; limit: number }) =>
    run(async () => {
      try {
        const page = await requester.request('map:read', { map, offset, limit });
        store.dispatch({ kind: 'map-page', page });
      } catch (error) {
        // another program was opened in the meantime, and has maps of its own
        if (!(error instanceof RequestError) || error.code !== 'no-map') throw error;
      }
    }),
  );
  const open = (recording: string): Promise<void> =>
    runShown(inNewEpoch(), async () => {
      store.dispatch({ kind: 'changed', info: await requester.request('session:open', { recording }) });
    });
  const openProgram = (program: string): Promise<void> =>
    runShown(inNewEpoch(), async () => {
      store.dispatch({ kind: 'changed', info: await requester.request('program:open', { program }) });
    });
  // Another program may have been opened in the meantime: its own code is asked for then.
  const ofProg = (work: () => Promise<void>): Promise<void> =>
    run(async () => {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof RequestError) || error.code !== 'no-prog') throw error;
      }
    });
  const coder = latestWins((prog: string) =>
    ofProg(async () => {
      const code = await requester.request('program:code', { prog });
      store.dispatch({ kind: 'code', code });
    }),
  );
  const counter = latestWins((prog: string) =>
    ofProg(async () => {
      const hits = await requester.request('program:hits', { prog });
      store.dispatch({ kind: 'hits', hits: viewHits(hits) });
    }),
  );
  const sendRecording = async (file: File, onShare: (share: number) => void): Promise<Sent> => {
    const reply = await upload(file, onShare);
    const text = uploadSummary(file.name, reply);
    return { text, details: reply.warnings, show: () => open(reply.recording.name) };
  };
  const sendProgram = async (file: File, onShare: (share: number) => void): Promise<Sent> => {
    const reply = await uploadProgram(file, onShare);
    const text = programSummary(file.name, reply);
    return { text, details: reply.notes, show: () => openProgram(reply.program.name) };
  };
  const play = (): Promise<void> =>
    runShown(
      ({ clock }) => clock.state !== 'paused',
      async () => {
        await requester.request('clock:play', {});
        store.dispatch({ kind: 'clock', clock: { state: 'playing' } });
      },
    );
  const pause = (): Promise<void> =>
    runShown(
      ({ clock }) => clock.state !== 'playing',
      async () => {
        await requester.request('clock:pause', {});
        store.dispatch({ kind: 'clock', clock: { state: 'paused' } });
      },
    );

  return {
    toggle: () => {
      const clock = reachable();
      if (clock !== undefined) void (clock.state === 'playing' ? pause() : play());
    },
    restart: () => {
      if (reachable() === undefined) return;
      void runShown(inNewEpoch(), async () => {
        await requester.request('clock:restart', {});
      });
    },
    seek: (wantedNs) => {
      if (reachable() === undefined) return;
      const durationNs = state().session?.recording.durationNs ?? 0;
      const atNs = Math.round(Math.min(durationNs, Math.max(0, wantedNs)));
      // Shown at once, so that the next key starts from there; the frame of the new epoch has the last word.
      store.dispatch({ kind: 'clock', clock: { atNs } });
      seeker.push(atNs);
    },
    setSpeed: (speed) => {
      if ((reachable()?.speed ?? speed) === speed) return;
      void runShown(
        ({ clock }) => clock.speed === speed,
        async () => {
          store.dispatch({ kind: 'clock', clock: { speed } });
          await requester.request('clock:speed', { speed });
        },
      );
    },
    open: (recording) => void open(recording),
    openProgram: (program) => void openProgram(program),
    readMap: (map, offset, limit) => reader.push({ map, offset, limit }),
    readCode: (prog) => coder.push(prog),
    profile: (isOn) => {
      if (reachable() === undefined) return;
      void runShown(inNewEpoch(), async () => {
        await requester.request('program:profile', { isOn });
      });
    },
    readHits: (prog) => counter.push(prog),
    upload: (file) =>
      void run(async () => {
        store.dispatch({ kind: 'upload', upload: { file: file.name, share: 0 } });
        idle.set({ uploading: true });
        try {
          const onShare = (share: number): void =>
            store.dispatch({ kind: 'upload', upload: { file: file.name, share } });
          const { text, details, show } = (await isProgram(file))
            ? await sendProgram(file, onShare)
            : await sendRecording(file, onShare);
          store.dispatch({ kind: 'notice', tone: 'info', text, details });
          await show();
        } catch (error) {
          if (!(error instanceof RequestError)) throw error;
          throw new RequestError(error.code, refusalText(file.name, error));
        } finally {
          store.dispatch({ kind: 'upload', upload: undefined });
          idle.set({ uploading: false });
        }
      }),
    refuse: (text) => store.dispatch({ kind: 'notice', tone: 'error', text }),
    dismiss: (id) => store.dispatch({ kind: 'dismiss', id }),
  };
}

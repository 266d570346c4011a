// The sessions of a server by name: made when first asked for, ended when nobody watches.
import type { ProgramSource } from '../library/programs.ts';
import { refusal } from '../errors.ts';
import type { StoredRecording } from '../library/manifest.ts';
import type { SessionPort } from '../session/calls.ts';
import type { Recordings } from './recordings.ts';
import { createSessionHost, type SessionHost } from './session-host.ts';

/** Most sessions at a time: each has a worker and holds a recording in memory. */
const MAX_SESSIONS = 16;

export interface SessionsOptions {
  readonly recordings: Recordings;
  /** What they start with. */
  readonly program: ProgramSource;
  readonly speed: number;
  /** Whether they start with hits of insns counted. */
  readonly profile: boolean;
  readonly openPort: () => SessionPort;
  readonly wallMs: () => number;
  readonly onFailure: (session: string, reason: string) => void;
}

export interface Sessions {
  readonly count: number;
  readonly viewers: number;
  /**
   * The session `name`, made if it is not there, with `recording` or else the first of the list. Throws UserError
   * 'too-many-sessions', 'no-recording'.
   */
  get(name: string, recording?: StoredRecording): SessionHost;
  /** Sends the frames that are due, and ends the sessions that are over. */
  tick(): Promise<void>;
  close(): Promise<void>;
}

export function createSessions(options: SessionsOptions): Sessions {
  const hosts = new Map<string, SessionHost>();
  const endOver = (): void => {
    for (const [name, host] of hosts) {
      if (!host.isOver) continue;
      hosts.delete(name);
      void host.close();
    }
  };
  return {
    get count() {
      return hosts.size;
    },
    get viewers() {
      return [...hosts.values()].reduce((sum, host) => sum + host.viewers.size, 0);
    },
    get: (name, recording) => {
      const known = hosts.get(name);
      if (known !== undefined) return known;
      endOver();
      if (hosts.size >= MAX_SESSIONS) throw refusal('too-many-sessions', MAX_SESSIONS);
      const host = createSessionHost({
        name,
        recording: recording ?? options.recordings.find(),
        program: options.program,
        speed: options.speed,
        profile: options.profile,
        openPort: options.openPort,
        wallMs: options.wallMs,
        onFailure: (reason) => options.onFailure(name, reason),
      });
      hosts.set(name, host);
      return host;
    },
    tick: async () => {
      endOver();
      await Promise.all([...hosts.values()].map((host) => host.tick()));
    },
    close: async () => {
      await Promise.all([...hosts.values()].map((host) => host.close()));
      hosts.clear();
    },
  };
}

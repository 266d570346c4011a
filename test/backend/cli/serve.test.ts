// tailscope serve as a process: its address, a replay through a real worker, and its end.
import { readdirSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import { io } from 'socket.io-client';
import { describe, expect, test } from 'vitest';
import type { Frame, RecordingEntry, Reply, SessionInfo } from '../../../backend/protocol/index.ts';
import { summarize } from '../../../traces/index.ts';
import { tailscope } from '../../support/cli.ts';
import { logPath, recordingOf, temporaryFolder } from '../../support/logs.ts';

/** Serves with `args` until `use` is done with the address, then sends `signal`. */
async function serving(
  args: readonly string[],
  signal: NodeJS.Signals,
  use: (url: string) => Promise<void>,
): Promise<{ code: number | null; stderr: string; leftovers: string[] }> {
  const tmp = temporaryFolder();
  let used: Promise<void> = Promise.resolve();
  const onStart = (child: ChildProcess): void => {
    child.stdout?.once('data', (piece: string) => {
      const [url = ''] = /http:\S+/.exec(piece) ?? [];
      used = use(url).finally(() => child.kill(signal));
    });
  };
  const { code, stderr } = await tailscope(['serve', '--port', '0', ...args], {
    onStart,
    env: { TMPDIR: tmp },
  });
  await used;
  return { code, stderr, leftovers: readdirSync(tmp) };
}

describe('serve', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('prints its address, and ends in order on %s', async (signal) => {
    const ended = await serving([], signal, async (url) => {
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
      const answer = await fetch(new URL('/api/health', url));
      expect(await answer.json()).toMatchObject({ ok: true, sessions: 0 });
    });
    expect(ended).toEqual({ code: 0, stderr: '', leftovers: [] });
  });

  test('leaves nothing behind when it is ended while it imports', async () => {
    const tmp = temporaryFolder();
    const onStart = async (child: ChildProcess): Promise<void> => {
      while (readdirSync(tmp).length === 0) await new Promise((resolve) => setImmediate(resolve));
      child.kill('SIGINT');
    };
    const { code } = await tailscope(['serve', '--port', '0', '--recording', logPath('redis')], {
      onStart: (child) => void onStart(child),
      env: { TMPDIR: tmp },
    });
    expect({ code, leftovers: readdirSync(tmp) }).toEqual({ code: 130, leftovers: [] });
  });

  test('replays a log that was given by path, with its totals at the end', async () => {
    const summary = summarize(await recordingOf('fail'));
    const args = ['--recording', logPath('fail'), '--speed', 'max', '--program', 'syscount'];
    const ended = await serving(args, 'SIGINT', async (url) => {
      const list = (await (await fetch(new URL('/api/recordings', url))).json()) as RecordingEntry[];
      expect(list[0]).toMatchObject({ name: 'fail', origin: 'file', calls: summary.calls });
      const socket = io(url, { transports: ['websocket'] });
      const last = new Promise<Frame>((resolve) => {
        socket.on('session:frame', (frame: Frame, ack: () => void) => {
          ack();
          if (frame.clock.state === 'ended') resolve(frame);
        });
      });
      const reply = (await socket.emitWithAck('session:join', { session: '' })) as Reply<SessionInfo>; // by the protocol
      expect(reply).toMatchObject({ ok: true, value: { program: 'syscount', recording: { name: 'fail' } } });
      expect(await last).toMatchObject({ calls: summary.calls, errors: summary.failedCalls });
      socket.close();
    });
    expect(ended).toEqual({ code: 0, stderr: '', leftovers: [] });
  });
});

// tailscope record: the command runs as it would alone, what it does is kept, and what is missing is told.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSct, summarize } from '../../../traces/index.ts';
import { tailscope } from '../../support/cli.ts';
import { temporaryFolder } from '../../support/logs.ts';
import { findProgram, hasTool } from '../../support/tools.ts';

const canTrace = hasTool('strace');

/** A PATH with the named programs only. */
function pathOf(...programs: string[]): string {
  const folder = join(temporaryFolder(), 'bin');
  mkdirSync(folder);
  for (const program of programs) {
    const found = findProgram(program);
    if (found !== undefined) symlinkSync(found, join(folder, program));
  }
  return folder;
}

describe('record', () => {
  test.runIf(canTrace)(
    'runs the command, passes its output and exit code on, and keeps what it did',
    async () => {
      const folder = temporaryFolder();
      const { code, stdout, stderr } = await tailscope(
        ['record', '-o', 'x.sct', '--', 'sh', '-c', 'cat; echo done; exit 7'],
        { cwd: folder, input: Buffer.from('hello\n') },
      );
      expect({ code, stdout }).toEqual({ code: 7, stdout: 'hello\ndone\n' });
      expect(stderr).toMatch(/^x\.sct: .* 0 bad lines$/m);
      const recording = openSct(readFileSync(join(folder, 'x.sct')));
      expect(recording.header.command).toBe("sh -c 'cat; echo done; exit 7'");
      expect(summarize(recording)).toMatchObject({ badLines: 0 });
      expect(readdirSync(folder)).toEqual(['x.sct']);
    },
  );

  test.runIf(canTrace)('keeps the recording when the command is interrupted', async () => {
    const folder = temporaryFolder();
    const { code } = await tailscope(['record', '--', 'sh', '-c', 'echo ready; exec sleep 60'], {
      cwd: folder,
      onStart: (child) => child.stdout?.once('data', () => child.kill('SIGINT')),
    });
    expect(code).toBe(130);
    expect(summarize(openSct(readFileSync(join(folder, 'sh.sct')))).calls).toBeGreaterThan(20);
  });

  test.runIf(canTrace)('records nothing of the environment', async () => {
    const folder = temporaryFolder();
    await tailscope(['record', '-o', 'x.sct', '--', 'true'], {
      cwd: folder,
      env: { SECRET_WORD: 'xyzzy-plugh' },
    });
    const recording = openSct(readFileSync(join(folder, 'x.sct')));
    const texts = Array.from({ length: recording.strings.size }, (_, id) => recording.strings.text(id));
    expect(texts.filter((text) => text.includes('xyzzy'))).toEqual([]);
  });

  test('says how to install strace where it is missing', async () => {
    const folder = temporaryFolder();
    const { code, stderr } = await tailscope(['record', '--', 'true'], {
      cwd: folder,
      env: { PATH: pathOf('true') },
    });
    expect(code).toBe(1);
    expect(stderr).toContain('apt install strace');
    expect(stderr).toContain('apk add strace');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('says what to do where tracing is refused', async () => {
    const bin = pathOf('true', 'sh');
    const fake =
      '#!/bin/sh\necho "strace: ptrace(PTRACE_TRACEME, ...): Operation not permitted" >&2\nexit 1\n';
    writeFileSync(join(bin, 'strace'), fake);
    chmodSync(join(bin, 'strace'), 0o755);
    const { code, stderr } = await tailscope(['record', '--', 'true'], {
      cwd: temporaryFolder(),
      env: { PATH: bin },
    });
    expect(code).toBe(1);
    expect(stderr).toContain('--cap-add=SYS_PTRACE');
  });

  test.runIf(canTrace)('uses the options that an old strace knows, and says what is lost', async () => {
    const folder = temporaryFolder();
    const bin = pathOf('true', 'sh', 'mkfifo');
    const old = `#!/bin/sh\ncase "$*" in *--absolute*) echo "strace: unrecognized option '--absolute-timestamps=unix,ns'" >&2; exit 1;; esac\nexec ${findProgram('strace')} "$@"\n`;
    writeFileSync(join(bin, 'strace'), old);
    chmodSync(join(bin, 'strace'), 0o755);
    const { code, stderr } = await tailscope(['record', '-o', 'x.sct', '--', 'true'], {
      cwd: folder,
      env: { PATH: bin },
    });
    expect(code).toBe(0);
    expect(stderr).toContain('this strace is old');
    expect(summarize(openSct(readFileSync(join(folder, 'x.sct')))).badLines).toBe(0);
  });

  test('does not run a command whose recording would overwrite a file', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'x.sct'), 'precious');
    const { code, stderr } = await tailscope(['record', '-o', 'x.sct', '--', 'touch', 'ran'], {
      cwd: folder,
    });
    expect(code).toBe(1);
    expect(stderr).toContain('exists already');
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  test('says that a command is not there', async () => {
    const { code, stderr } = await tailscope(['record', '--', 'no-such-command'], { cwd: temporaryFolder() });
    expect(code).toBe(1);
    expect(stderr).toContain('there is no command named no-such-command');
  });
});

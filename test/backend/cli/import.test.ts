// tailscope import and record: what they write, and what they leave alone.
import { spawnSync, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openSct, summarize } from '../../../traces/index.ts';
import { tailscope } from '../../support/cli.ts';
import { logPath, temporaryFolder } from '../../support/logs.ts';

interface Imported {
  readonly out: string;
  readonly lines: number;
  readonly calls: number;
  readonly byteSize: number;
  readonly badLines: number;
}

describe('import', () => {
  test('writes a .sct beside the log and says what it holds', async () => {
    const folder = temporaryFolder();
    copyFileSync(logPath('dd'), join(folder, 'dd.strace.gz'));
    const { code, stdout } = await tailscope(['import', 'dd.strace.gz', '--title', 'Copying zeros'], {
      cwd: folder,
    });
    expect(code).toBe(0);
    expect(readdirSync(folder).toSorted()).toEqual(['dd.sct', 'dd.strace.gz']);
    const bytes = readFileSync(join(folder, 'dd.sct'));
    const recording = openSct(bytes);
    const { calls, lines } = summarize(recording);
    expect(recording.header.title).toBe('Copying zeros');
    expect(stdout).toContain(
      `dd.sct: ${lines} lines, ${calls} calls, ${bytes.length.toLocaleString('en-US')} bytes`,
    );
  });

  test('gives the same bytes from a file, from stdin and from plain text', async () => {
    const folder = temporaryFolder();
    const text = gunzipSync(readFileSync(logPath('dd')));
    writeFileSync(join(folder, 'dd.strace'), text);
    copyFileSync(logPath('dd'), join(folder, 'dd.strace.gz'));
    await tailscope(['import', 'dd.strace.gz', '-o', 'a.sct'], { cwd: folder });
    await tailscope(['import', 'dd.strace.gz', '-o', 'b.sct'], { cwd: folder });
    await tailscope(['import', '-', '-o', 'c.sct'], { cwd: folder, input: text });
    const [a, b] = ['a', 'b'].map((name) => readFileSync(join(folder, `${name}.sct`)));
    expect(a!.equals(b!)).toBe(true);
    const c = openSct(readFileSync(join(folder, 'c.sct')));
    expect(summarize(c).calls).toBe(summarize(openSct(a!)).calls);
  });

  test('does not overwrite without --force', async () => {
    const folder = temporaryFolder();
    const out = join(folder, 'x.sct');
    writeFileSync(out, 'precious');
    const refused = await tailscope(['import', logPath('dd'), '-o', out]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('exists already') as string });
    expect(readFileSync(out, 'utf8')).toBe('precious');
    const { code, stdout } = await tailscope(['import', logPath('dd'), '-o', out, '--force', '--json']);
    const imported = JSON.parse(stdout) as Imported;
    expect(code).toBe(0);
    expect(imported).toMatchObject({ out, badLines: 0, byteSize: readFileSync(out).length });
  });

  test('leaves nothing behind when the log is refused', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.log'), 'this is not a log of strace\n');
    const { code, stderr } = await tailscope(['import', 'a.log'], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain('a.log is no strace log');
    expect(readdirSync(folder)).toEqual(['a.log']);
  });

  test('tells lines that it could not read, with file and line, and goes on', async () => {
    const folder = temporaryFolder();
    const text = gunzipSync(readFileSync(logPath('dd'))).toString('latin1');
    const lines = text.split('\n');
    lines.splice(3, 0, '28<dd> 1.5 openat(AT_FDCWD, "never');
    writeFileSync(join(folder, 'dd.log'), lines.join('\n'), 'latin1');
    const { code, stdout, stderr } = await tailscope(['import', 'dd.log'], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toContain('1 bad line');
    expect(stderr).toMatch(/^dd\.log:4: .+"never/);
  });

  test('reads what is there of a gzip file that was cut, and says so', async () => {
    const folder = temporaryFolder();
    const bytes = readFileSync(logPath('shell'));
    writeFileSync(join(folder, 'cut.gz'), bytes.subarray(0, bytes.length >> 1));
    const { code, stderr } = await tailscope(['import', 'cut.gz'], { cwd: folder });
    expect(code).toBe(0);
    expect(stderr).toContain('cut.gz: the gzip file ends too early');
    expect(summarize(openSct(readFileSync(join(folder, 'cut.sct')))).calls).toBeGreaterThan(1000);
  });

  test('killed in the middle, it leaves no .sct', async () => {
    const folder = temporaryFolder();
    const out = join(folder, 'redis.sct');
    const killWhenItWrites = (child: ChildProcess): void => {
      const look = (): void => {
        if (readdirSync(folder).some((name) => name.endsWith('.part'))) child.kill('SIGINT');
        else if (child.exitCode === null) setImmediate(look);
      };
      look();
    };
    const { code } = await tailscope(['import', logPath('redis'), '-o', out], { onStart: killWhenItWrites });
    expect(code).toBe(130);
    expect(readdirSync(folder)).toEqual([]);
  });
});

/** strace is there and may trace. */
const canTrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

/** A PATH with the named programs only. */
function pathOf(...programs: string[]): string {
  const folder = join(temporaryFolder(), 'bin');
  mkdirSync(folder);
  for (const program of programs) {
    const found = spawnSync('which', [program], { encoding: 'utf8' }).stdout.trim();
    symlinkSync(found, join(folder, program));
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
    const strace = spawnSync('which', ['strace'], { encoding: 'utf8' }).stdout.trim();
    const bin = pathOf('true', 'sh', 'mkfifo');
    const old = `#!/bin/sh\ncase "$*" in *--absolute*) echo "strace: unrecognized option '--absolute-timestamps=unix,ns'" >&2; exit 1;; esac\nexec ${strace} "$@"\n`;
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

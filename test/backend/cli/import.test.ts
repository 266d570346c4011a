// tailscope import: what it writes, and what it leaves alone.
import { spawnSync, type ChildProcess } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
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

  test('reads a log and a recording from a pipe that can be opened only once', async () => {
    const folder = temporaryFolder();
    const pipe = join(folder, 'pipe');
    spawnSync('mkfifo', [pipe]);
    const through = async (bytes: Uint8Array): Promise<number> => {
      const [result] = await Promise.all([tailscope(['info', pipe, '--json']), writeFile(pipe, bytes)]);
      expect(result).toMatchObject({ code: 0, stderr: '' });
      return (JSON.parse(result.stdout) as { calls: number }).calls;
    };
    const packed = readFileSync(logPath('dd'));
    const calls = await through(packed);
    expect(calls).toBeGreaterThan(100);
    await tailscope(['import', logPath('dd'), '-o', join(folder, 'dd.sct')]);
    expect(await through(readFileSync(join(folder, 'dd.sct')))).toBe(calls);
  });

  test('shows bytes that would steer a terminal as numbers', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'x.log'), 'getpid() = 7\n\u001b]0;title\u0007 \0\n');
    const { code, stderr } = await tailscope(['import', 'x.log'], { cwd: folder });
    expect(code).toBe(0);
    expect(stderr).toContain(String.raw`: \x1b]0;title\x07 \x00`);
  });

  test('joins the files of strace -ff into one recording named after the set', async () => {
    const folder = temporaryFolder();
    const variants = join(logPath('dd'), '..', 'variants');
    const files = readdirSync(variants).filter((name) => name.startsWith('07-ff'));
    for (const name of files) copyFileSync(join(variants, name), join(folder, name));
    const { code, stdout } = await tailscope(['import', ...files, '--json'], { cwd: folder });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ out: '07-ff.sct', badLines: 0 });
    const recording = openSct(readFileSync(join(folder, '07-ff.sct')));
    expect(summarize(recording).threads).toBe(files.length);
    expect(recording.footer.sources.map((source) => source.name)).toEqual(files);
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

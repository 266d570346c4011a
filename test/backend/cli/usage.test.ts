// Exit codes and words of wrong usage and of refusals, for every command.
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../backend/cli/commands.ts';
import { BIN, tailscope } from '../../support/cli.ts';
import { logPath, temporaryFolder } from '../../support/logs.ts';

describe('help', () => {
  test('lists every command and exits with 0', async () => {
    const { code, stdout } = await tailscope(['--help']);
    expect(code).toBe(0);
    for (const name of Object.keys(COMMANDS)) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  test.each(Object.keys(COMMANDS))('of %s tells its options', async (name) => {
    const { code, stdout } = await tailscope([name, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: tailscope ${name}`);
    expect(stdout).toContain('--json');
  });
});

describe('wrong usage exits with 2 and says what is wrong on stderr', () => {
  test.each([
    [[], /Usage: tailscope/],
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['run', 'tracex5'], /--trace/],
    [['run', 'tracex5', '--trace', 'dd', '--limit', 'many'], /--limit cannot be many/],
    [
      ['run', 'tracex5', '--trace', 'dd', '--engine', 'fast'],
      /--engine cannot be fast: expected jit or interp/,
    ],
    [['info'], /missing required argument 'T'/],
    [['info', 'a', 'b'], /too many arguments/],
    [['list', '--wrong'], /unknown option '--wrong'/],
    [['serve', '--port', '70000'], /--port cannot be 70000: expected a whole number from 0 to 65535/],
    [['serve', '--speed', '5000'], /--speed cannot be 5000: expected 0.1 to 1000/],
    [['serve', '--allow-origin', 'demo'], /--allow-origin cannot be demo/],
    [['import'], /missing required argument/],
    [['import', '-'], /-o cannot be left out/],
    [['record'], /missing required argument/],
  ])('tailscope %j', async (args, words) => {
    const { code, stdout, stderr } = await tailscope(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(words);
    expect(stdout).toBe('');
  });
});

describe('a refusal exits with 1 and one clear text', () => {
  test.each([
    [['info', 'nope'], /^tailscope: there is no recording named nope/],
    [['info', '/'], /^tailscope: cannot read \/: it is a folder/],
    [['run', 'nope', '--trace', logPath('dd')], /^tailscope: there is no program named nope.*tracex5/],
    [['info', BIN], /tailscope\.js is no strace log: /],
    [['import', '/no/such/log'], /^tailscope: cannot read \/no\/such\/log: no such file/],
    [['import', logPath('dd'), '-o', '/no/such/folder/x.sct'], /cannot write \/no\/such\/folder\/x\.sct/],
  ])('tailscope %j', async (args, words) => {
    const { code, stdout, stderr } = await tailscope(args);
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
    expect(stderr).not.toContain('    at ');
    expect(stdout).toBe('');
  });

  test('and --debug shows where it came from', async () => {
    const { code, stderr } = await tailscope(['info', 'nope', '--debug']);
    expect(code).toBe(1);
    expect(stderr).toContain('    at ');
  });

  test('of a program names line, column and mistake', async () => {
    const path = join(temporaryFolder(), 'bad.bpf.asm');
    writeFileSync(path, '.section "raw_tp/sys_enter"\nmain:\n  r0 = r77\n  exit\n');
    const { code, stderr } = await tailscope(['run', path, '--trace', logPath('dd')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/bad\.bpf\.asm:3:\d+: /);
  });
});

test('a port in use is told, with what to do', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => {
    other.listen(0, '127.0.0.1', resolve);
  });
  const { port } = other.address() as AddressInfo; // a TCP server that listens has one
  const { code, stderr } = await tailscope(['serve', '--port', String(port)]);
  other.close();
  expect(code).toBe(1);
  expect(stderr).toContain(
    `port ${port} of 127.0.0.1 is in use; stop what uses it, or choose another with --port`,
  );
});

test('the bin can be read by old Nodes: no syntax and no import newer than Node 12', () => {
  const text = readFileSync(BIN, 'utf8');
  expect(text).not.toMatch(/\?\.|\?\?|^await |'node:/m);
});

test('a Node that is too old is told so', () => {
  const fake = `Object.defineProperty(process.versions, 'node', { value: '20.20.2' }); await import(${JSON.stringify(BIN)});`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', fake], {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/needs Node 22\.18 or newer; this is Node 20\.20\.2/);
});

test.runIf(existsSync('/dev/full'))('a disk that is full behind stdout is told in a sentence', () => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, [BIN, 'info', 'dd'], {
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
  });
  closeSync(full);
  expect(status).toBe(1);
  expect(stderr).toBe('tailscope: cannot write stdout: no space left on device\n');
});

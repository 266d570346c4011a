// The samples that tell of one call after the other, beside the log itself: each record is a line that regular expressions find, and none is missing.
//
// What a log does not hold cannot come out: strace cuts strings that are no paths after 128 bytes, and the first process has a parent that was not recorded.
import { describe, expect, test } from 'vitest';
import { rawLog, splitArgs, stringOf, type RawCall, type RawExit } from '../../support/raw-log.ts';
import { asText, runSample, type Value } from '../../support/sample-run.ts';

const PATH_BYTES = 255;
const ARG_BYTES = 63;

/** Calls of these names that returned, in the order in which they did. */
function returned(log: string, ...names: readonly string[]): (RawCall & { readonly exit: RawExit })[] {
  const calls = rawLog(log).calls.flatMap((call) =>
    names.includes(call.name) && call.exit !== undefined ? [{ ...call, exit: call.exit }] : [],
  );
  return calls.toSorted((a, b) => a.exit.atNs - b.exit.atNs);
}

function plain(record: Value): Value {
  return { ...record, path: asText(record['path']) };
}

/** A path as a program reads it: nothing where the log has a bare pointer. */
function pathOf(arg: string): string {
  const string = stringOf(arg);
  if (string === undefined || string.isCut) return '';
  return Buffer.from(string.text).subarray(0, PATH_BYTES).toString();
}

describe('opensnoop', () => {
  test.each(['shell', 'fail', 'strings', 'npm', 'dd'])('tells every open of %s', async (log) => {
    const { records } = await runSample('opensnoop', log);
    expect(records.map(plain)).toEqual(opens(log));
    expect(records.length).toBeGreaterThan(4);
  });

  test('tells those that failed, or those of one process', async () => {
    const all = opens('shell');
    const failed = all.filter(({ ret }) => Number(ret) < 0);
    expect((await runSample('opensnoop', 'shell', { failed_only: 1n })).records).toEqual(failed);
    const pid = failed.at(-1)!['pid'];
    const one = await runSample('opensnoop', 'shell', { pid: BigInt(Number(pid)) });
    expect(one.records).toEqual(all.filter((open) => open['pid'] === pid));
    expect(one.records.length).toBeGreaterThan(0);
  });
});

describe('execsnoop', () => {
  test.each(['shell', 'fail', 'npm', 'signals'])(
    'tells every execve of %s, with its arguments',
    async (log) => {
      const { births, told } = rawLog(log);
      const execs = returned(log, 'execve').map(({ args, pid, enterNs, exit }) => {
        const heard = told.get(pid);
        const tellsItself = heard !== undefined && heard.atNs <= enterNs ? heard.ppid : 0;
        const list = splitArgs(args)[1]!;
        const written = list.startsWith('[') ? splitArgs(list.slice(1, -1)) : [];
        const strings = written.map(stringOf);
        const known = strings.findIndex(
          (one) => one === undefined || (one.isCut && one.text.length < ARG_BYTES),
        );
        const there = strings.slice(0, Math.min(known < 0 ? Infinity : known, 20));
        return {
          pid,
          ppid: births.get(pid)?.ppid ?? tellsItself,
          ret: exit.ret,
          argc: there.length,
          more: there.length < written.length ? 1 : 0,
          comm: exit.comm,
          args: there.map((one) => Buffer.from(one!.text).subarray(0, ARG_BYTES).toString()),
        };
      });
      const { records } = await runSample('execsnoop', log);
      expect(records).toEqual(execs);
      expect(records.length).toBeGreaterThan(1);
    },
  );
});

describe('statsnoop', () => {
  const PATH_ARGS: Readonly<Record<string, number>> = {
    stat: 0,
    lstat: 0,
    statfs: 0,
    newfstatat: 1,
    statx: 1,
  };

  test.each(['shell', 'gcc-make'])('tells every state that is asked for in %s', async (log) => {
    const stats = returned(log, ...Object.keys(PATH_ARGS)).map(({ name, nr, args, pid, exit }) => {
      const { atNs, ret, comm } = exit;
      return { at_ns: atNs, pid, nr, ret, comm, path: pathOf(splitArgs(args)[PATH_ARGS[name]!] ?? '') };
    });
    const { records } = await runSample('statsnoop', log);
    expect(records.map(plain)).toEqual(stats);
    expect(records.length).toBeGreaterThan(4);
  });
});

describe('connsnoop', () => {
  test.each(['fail', 'npm', 'shell'])('tells every connect of %s, and where to', async (log) => {
    const connects = returned(log, 'connect').map(({ args, pid, exit }) => ({
      at_ns: exit.atNs,
      took_ns: exit.tookNs,
      pid,
      ret: exit.ret,
      comm: exit.comm,
      to: addressOf(splitArgs(args)[1]!),
    }));
    const { records } = await runSample('connsnoop', log);
    const told = records.map(({ family, port, address, path, ...rest }) => {
      return { ...rest, to: { family, port, address, path: asText(path) } };
    });
    expect(told).toEqual(connects);
    expect(records.length).toBeGreaterThan(2);
  });
});

/** What is written of a sockaddr: families by number, ports and addresses as bytes. */
function addressOf(text: string): Value {
  const family = Number(/sa_family=(0x[\da-f]+|\d+)/u.exec(text)?.[1] ?? 0);
  const bytes = (name: RegExp): number[] =>
    [...(name.exec(text)?.[1] ?? '').matchAll(/\\x([\da-f]{2})/gu)].map((one) =>
      Number.parseInt(one[1]!, 16),
    );
  const [high = 0, low = 0] = bytes(/sin6?_port="(.*?)"/u);
  const address = bytes(/sin6?_addr="(.*?)"/u);
  const [, at, path] = /sun_path=(@?)(".*")/u.exec(text) ?? [];
  return {
    family,
    port: high * 256 + low,
    address: [...address, ...Array.from({ length: 16 - address.length }, () => 0)],
    path: path === undefined ? '' : `${at}${stringOf(path)!.text}`,
  };
}

function opens(log: string): Value[] {
  return returned(log, 'open', 'openat', 'openat2').map(({ name, args, pid, tid, exit }) => {
    const [path = '', flags] = splitArgs(args).slice(name === 'open' ? 0 : 1);
    const { atNs, ret, comm } = exit;
    return { at_ns: atNs, pid, tid, ret, flags: Number(flags), comm, path: pathOf(path) };
  });
}

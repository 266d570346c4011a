// tailscope run with an object whose programs are for several kernels: what is left out is told.
import { expect, test } from 'vitest';
import { tailscope } from '../../support/cli.ts';
import { OBJECT_FOLDER } from '../../support/elf-object.ts';

const RUN = ['run', `${OBJECT_FOLDER}kernels.o`, '--trace', 'dd', '--kernel', 'linux-4.14'];

test('programs that the kernel lacks something for, and the buffer that it has', async () => {
  const { code, stdout, stderr } = await tailscope(RUN);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^map events: perf_event_array, 136 records read, 0 dropped$/m);
  const lines = stderr.split('\n');
  expect(lines).toContain(
    'map events is a perf buffer: the kernel has no ring buffers, and the object is made for both',
  );
  expect(lines).toContain(
    'open_call (tp/syscalls/sys_enter_openat2) is left out: it asks for <byte_off> [15] struct open_how.flags (0:0 @ offset 0): linux-4.14 has no struct open_how',
  );
});

test('the document has them too', async () => {
  const { stdout } = await tailscope([...RUN, '--json', '--prog', '*_call']);
  const { leftOut, progs } = JSON.parse(stdout) as Record<'leftOut' | 'progs', { name: string }[]>; // as run-result.ts makes it
  expect(leftOut.map(({ name }) => name)).toEqual(['open_call']);
  expect(progs.map(({ name }) => name)).toEqual(['any_call']);
});

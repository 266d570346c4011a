// What a person sees: recordings played in a real browser against the real server.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openTrace } from '../../backend/index.ts';
import { summarize } from '../../traces/index.ts';
import { logPath } from '../support/logs.ts';
import { hasTool } from '../support/tools.ts';
import type { Dashboard } from './site.ts';
import { useSite } from './visits.ts';

describe.skipIf(!hasTool('chromium'))('the dashboard in chromium', () => {
  const { visit, site } = useSite();

  test('dd through tracex5 shows 5 writes of 512, 6 reads in range and 21 mmaps', async () => {
    const dashboard = await visit('dd', { recording: 'dd' });
    await dashboard.setSpeed('0');
    await dashboard.ended();
    const lines = await dashboard.pipe();
    const counts = {
      write: / write\(fd=1, buf=[0-9a-f]{16}, size=512\)$/,
      read: / read\(fd=/,
      mmap: / mmap$/,
    };
    const count = (pattern: RegExp): number => lines.filter((line) => pattern.test(line)).length;
    expect([count(counts.write), count(counts.read), count(counts.mmap), lines.length]).toEqual([
      5, 6, 21, 32,
    ]);
    await dashboard.page
      .getByRole('region', { name: 'Maps' })
      .getByText('3 of at most 1,024 entries')
      .waitFor();
    // Every write, read and mmap of dd lands in its slot, printed or not.
    const { block } = await recordedCalls('dd');
    expect([await dashboard.slotHits(0), await dashboard.slotHits(1), await dashboard.slotHits(9)]).toEqual([
      block('read'),
      block('write'),
      block('mmap'),
    ]);
  });

  test.each([
    ['shell', '0'],
    ['npm', '1000'],
    ['signals', '10'],
    ['fail', '0.5'],
  ])('totals of %s at the end of a replay at speed %s are those of `tailscope info`', async (name, speed) => {
    const dashboard = await visit(`totals-${name}`, { recording: name });
    await dashboard.setSpeed(speed);
    await dashboard.ended();
    const { recording } = await openTrace(name);
    const facts = summarize(recording);
    const errors = Object.values(facts.errors).reduce((sum, count) => sum + count, 0);
    expect([
      await dashboard.total('Calls'),
      await dashboard.total('Errors'),
      await dashboard.total('Threads'),
    ]).toEqual([facts.calls, errors, facts.threads]);
  });

  test('a pause holds the clock, and a seek back and forth comes to the same totals', async () => {
    const dashboard = await visit('seek', { recording: 'gcc-make' });
    await dashboard.press('Pause');
    expect(await dashboard.state()).toBe('paused');
    const slider = dashboard.page.getByRole('slider');
    await slider.press('End');
    await dashboard.idle();
    const atEnd = await totals(dashboard);
    await slider.press('Home');
    await dashboard.idle();
    expect(await dashboard.position()).toBe(0);
    await slider.press('End');
    await dashboard.idle();
    expect(await totals(dashboard)).toEqual(atEnd);
  });

  test('the address names the recording that is open, so that a reload shows it again', async () => {
    const dashboard = await visit('address', { recording: 'dd' });
    await dashboard.choose('Signals and restarts');
    await dashboard.opened('Signals and restarts');
    await dashboard.page.waitForURL(/recording=signals/);
    await dashboard.page.reload();
    await dashboard.opened('Signals and restarts');
  });

  test('two viewers of one session see one clock', async () => {
    const first = await visit('shared', { recording: 'find' });
    await first.press('Pause');
    const second = await visit('shared');
    expect(await second.state()).toBe('paused');
    await second.page.getByRole('slider').press('End');
    await second.idle();
    await first.page.getByLabel('Totals up to the clock').getByLabel('Calls', { exact: true }).waitFor();
    const calls = await second.total('Calls');
    await first.page.locator(`[aria-label="Calls"][data-value="${calls}"]`).waitFor();
  });

  test('a page that loses the line joins again and continues where the session is', async () => {
    const dashboard = await visit('line', { recording: 'find' });
    await dashboard.press('Pause');
    await dashboard.page.getByRole('slider').press('End');
    await dashboard.idle();
    const before = await totals(dashboard);
    const joinedAgain = await dashboard.watchLink();
    site().app.io.disconnectSockets(true);
    await joinedAgain();
    await dashboard.idle();
    expect(await totals(dashboard)).toEqual(before);
  });

  test('a page continues where it stood when the server was started anew', async () => {
    const dashboard = await visit('anew', { recording: 'shell' });
    await dashboard.press('Pause');
    await dashboard.setSpeed('5');
    await dashboard.page.getByRole('slider').press('PageUp');
    await dashboard.idle();
    const [at, before] = [await dashboard.position(), await totals(dashboard)];
    const joinedAgain = await dashboard.watchLink();
    await site().restart();
    await joinedAgain();
    await dashboard.opened('Shell pipelines');
    await dashboard.page.locator(`[aria-label="Position"][data-value="${at}"]`).waitFor();
    await dashboard.page.locator(`[aria-label="Calls"][data-value="${before[0]}"]`).waitFor();
    expect(await totals(dashboard)).toEqual(before);
    expect([await dashboard.state(), await dashboard.position()]).toEqual(['paused', at]);
    expect(await dashboard.page.getByRole('combobox', { name: 'Speed' }).inputValue()).toBe('5');
    // The browser itself reports each try that found no server.
    dashboard.complaints.splice(0);
  });

  test('without the server the clock stays where it is, whatever is pressed', async () => {
    const dashboard = await visit('alone', { recording: 'find' });
    await dashboard.press('Pause');
    const at = await dashboard.position();
    await dashboard.page.context().setOffline(true);
    site().app.io.disconnectSockets(true);
    await dashboard.page.getByRole('alert').getByText('connection to the server is lost').waitFor();
    await dashboard.page.getByRole('slider').press('End');
    await dashboard.page.getByRole('combobox', { name: 'Speed' }).selectOption('100');
    expect(await dashboard.position()).toBe(at);
    expect(await dashboard.page.getByRole('combobox', { name: 'Speed' }).inputValue()).toBe('1');
    dashboard.complaints.splice(0);
  });

  test('Space plays and pauses from the scrub bar, and Home in trace_pipe scrolls it', async () => {
    const dashboard = await visit('keys', { recording: 'find' });
    const slider = dashboard.page.getByRole('slider');
    await slider.press('Space');
    await dashboard.page.locator('.clock[data-state=paused]').waitFor();
    await slider.press('End');
    await dashboard.idle();
    const at = await dashboard.position();
    await dashboard.page.getByRole('log', { name: 'Lines of trace_pipe' }).press('Home');
    await dashboard.idle();
    expect(await dashboard.position()).toBe(at);
  });

  test('of two dropped files none is taken, and the page says why', async () => {
    const dashboard = await visit('two-files', { recording: 'dd' });
    await drop(dashboard, ['a.log', 'some text'], ['b.log', 'more text']);
    await dashboard.page.getByRole('alert').getByText('Drop one file at a time').waitFor();
    expect(await dashboard.page.getByRole('list', { name: 'Recordings' }).count()).toBe(0);
  });

  test('a file dropped on the open list of recordings closes it and plays', async () => {
    const dashboard = await visit('drop-on-list', { recording: 'dd' });
    await dashboard.page
      .getByRole('banner')
      .getByRole('button', { name: /recording/i })
      .first()
      .click();
    await dashboard.page.getByRole('list', { name: 'Recordings' }).waitFor();
    await drop(dashboard, ['listed.log', gunzipSync(readFileSync(logPath('fail'))).toString('latin1')]);
    await dashboard.opened('listed');
    expect(await dashboard.page.getByRole('dialog').count()).toBe(0);
  });

  test('a strace log dropped on the page plays, and its bad line is reported', async () => {
    const dashboard = await visit('drop', { recording: 'dd' });
    const text = gunzipSync(readFileSync(logPath('fail'))).toString('latin1');
    await drop(dashboard, ['mine.log', `${text}this line is no call\n`]);
    await dashboard.opened('mine');
    await dashboard.setSpeed('0');
    await dashboard.ended();
    expect(await dashboard.total('Calls')).toBe(611);
    await dashboard.page.getByText('1 line could not be read').first().waitFor();
  });

  test('a file that is no strace log is refused with the reason, and the page plays on', async () => {
    const dashboard = await visit('refuse', { recording: 'dd' });
    await drop(dashboard, ['notes.txt', 'Dear diary,\ntoday nothing was traced.\n']);
    await dashboard.page
      .getByRole('alert')
      .getByText(/strace/)
      .first()
      .waitFor();
    await dashboard.idle();
    // The browser itself reports the refused upload; nothing else may be wrong.
    expect(dashboard.complaints.splice(0).filter((text) => !/status of 4\d\d/.test(text))).toEqual([]);
    await dashboard.press('Restart');
  });

  test('the page fits a phone: nothing scrolls sideways', async () => {
    const dashboard = await visit('phone', { viewport: { width: 390, height: 844 }, recording: 'signals' });
    await dashboard.setSpeed('0');
    await dashboard.ended();
    const wide = await dashboard.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(wide).toBe(0);
  });

  test('every chart panel has a table with the same numbers, one key away', async () => {
    const dashboard = await visit('tables', { recording: 'signals' });
    await dashboard.setSpeed('0');
    await dashboard.ended();
    for (const name of ['Calls per second', 'Latency', 'Prog array']) {
      const panel = dashboard.page.getByRole('region', { name: new RegExp(name, 'i') }).first();
      await panel.getByRole('button', { name: 'Table' }).click();
      expect(await panel.getByRole('row').count()).toBeGreaterThan(2);
    }
  });
});

async function totals(dashboard: Dashboard): Promise<readonly number[]> {
  return [
    await dashboard.total('Calls'),
    await dashboard.total('Errors'),
    await dashboard.total('Insns'),
    await dashboard.slotHits(0),
    await dashboard.slotHits(1),
    await dashboard.slotHits(9),
  ];
}

async function recordedCalls(name: string): Promise<{ block: (call: string) => number }> {
  const { recording } = await openTrace(name);
  const counts = new Map<string, number>();
  for (let i = 0; i < recording.index.length; i++) {
    const block = recording.block(i);
    for (let row = 0; row < block.count; row++) {
      const call = recording.syscalls[block.sys[row]!]?.name;
      if (call !== undefined) counts.set(call, (counts.get(call) ?? 0) + 1);
    }
  }
  return { block: (call) => counts.get(call) ?? 0 };
}

/** Drops text files (name and text) on the page, as a person does with the mouse. */
async function drop(
  dashboard: Dashboard,
  ...files: readonly (readonly [name: string, text: string])[]
): Promise<void> {
  const transfer = await dashboard.page.evaluateHandle((files) => {
    const transfer = new DataTransfer();
    for (const [name, text] of files) transfer.items.add(new File([text], name, { type: 'text/plain' }));
    return transfer;
  }, files);
  await dashboard.page.dispatchEvent('body', 'dragenter', { dataTransfer: transfer });
  await dashboard.page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
  await dashboard.page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

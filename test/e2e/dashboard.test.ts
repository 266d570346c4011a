// What a person sees: recordings played in a real browser against the real server.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openTrace } from '../../backend/index.ts';
import { summarize } from '../../traces/index.ts';
import { logPath } from '../support/logs.ts';
import { hasTool } from '../support/tools.ts';
import { openSite, type Dashboard, type Site } from './site.ts';

describe.skipIf(!hasTool('chromium'))('the dashboard in chromium', () => {
  let site: Site;
  const open: Dashboard[] = [];
  const visit = async (...args: Parameters<Site['visit']>): Promise<Dashboard> => {
    const dashboard = await site.visit(...args);
    open.push(dashboard);
    return dashboard;
  };

  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(async () => {
    await site?.close();
  });
  afterEach(async () => {
    const complaints = open.flatMap(({ complaints }) => complaints);
    for (const dashboard of open.splice(0)) await dashboard.page.context().close();
    expect(complaints).toEqual([]);
  });

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
    const link = dashboard.page.getByRole('banner').getByRole('status');
    const lost = link.getByText('Reconnecting').waitFor();
    site.app.io.disconnectSockets(true);
    await lost;
    await link.getByText('Connected').waitFor();
    await dashboard.idle();
    expect(await totals(dashboard)).toEqual(before);
  });

  test('a strace log dropped on the page plays, and its bad line is reported', async () => {
    const dashboard = await visit('drop', { recording: 'dd' });
    const text = gunzipSync(readFileSync(logPath('fail'))).toString('latin1');
    await drop(dashboard, 'mine.log', `${text}this line is no call\n`);
    await dashboard.opened('mine');
    await dashboard.setSpeed('0');
    await dashboard.ended();
    expect(await dashboard.total('Calls')).toBe(611);
    await dashboard.page.getByText('1 line could not be read').first().waitFor();
  });

  test('a file that is no strace log is refused with the reason, and the page plays on', async () => {
    const dashboard = await visit('refuse', { recording: 'dd' });
    await drop(dashboard, 'notes.txt', 'Dear diary,\ntoday nothing was traced.\n');
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

/** Drops a text file on the page, as a person does with the mouse. */
async function drop(dashboard: Dashboard, name: string, text: string): Promise<void> {
  const transfer = await dashboard.page.evaluateHandle(
    ([name, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text!], name!, { type: 'text/plain' }));
      return transfer;
    },
    [name, text],
  );
  await dashboard.page.dispatchEvent('body', 'dragenter', { dataTransfer: transfer });
  await dashboard.page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
  await dashboard.page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

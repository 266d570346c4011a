// The code of a program on the page: three columns beside each other, what belongs together lit, hits, search.
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { hasTool } from '../support/tools.ts';
import type { Dashboard } from './site.ts';
import { useSite } from './visits.ts';

const COLUMNS = ['C', 'eBPF', 'WebAssembly'] as const;
type Column = (typeof COLUMNS)[number];

describe.skipIf(!hasTool('chromium'))('code in chromium', () => {
  const { site, visit } = useSite();

  test('an insn that is chosen lights its line of C and its WebAssembly, beside it', async () => {
    const dashboard = await visit('code', { recording: 'dd', program: 'opensnoop' });
    const { page } = dashboard;
    await openCode(dashboard, 'enter_openat');
    await column(page, 'eBPF').focus();
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowDown'); // below the name of the function
    await expect(lit(page, 'eBPF')).resolves.toEqual([expect.stringContaining('bpf_get_current_pid_tgid')]);
    await expect(lit(page, 'C')).resolves.toEqual([expect.stringContaining('bpf_get_current_pid_tgid()')]);
    await expect(lit(page, 'WebAssembly')).resolves.not.toEqual([]);
    const tops = await Promise.all(
      (['eBPF', 'WebAssembly'] as const).map((name) => topOf(litRows(page, name).first())),
    );
    expect(Math.abs(tops[0]! - tops[1]!)).toBeLessThanOrEqual(2);
    await expect(place(page)).resolves.toMatch(/^Insn \d+: 1 line of C, \d+ lines of WebAssembly\.$/);
  });

  test('a line that is pointed at lights all its insns', async () => {
    const dashboard = await visit('point', { recording: 'dd', program: 'opensnoop' });
    const { page } = dashboard;
    await openCode(dashboard, 'enter_openat');
    await column(page, 'C')
      .getByRole('option', { name: /bpf_map_update_elem/ })
      .hover();
    const insns = await lit(page, 'eBPF');
    expect(insns.length).toBeGreaterThan(1);
    expect(insns.join('\n')).toContain('call bpf_map_update_elem');
  });

  test('hits are counted when that is asked for, at the same place of the recording', async () => {
    const dashboard = await visit('hits', { recording: 'dd', program: 'opensnoop' });
    await dashboard.setSpeed('0');
    await dashboard.ended();
    const { page } = dashboard;
    const calls = await dashboard.total('Calls');
    await openCode(dashboard, 'enter_openat');
    expect(await column(page, 'eBPF').locator('.code-hits').count()).toBe(0);
    await page.getByRole('button', { name: 'Count hits' }).click();
    await column(page, 'eBPF').locator('.code-hits').first().waitFor();
    await dashboard.ended();
    const hits = await column(page, 'eBPF').locator('.code-hits').first().getAttribute('data-value');
    await page.keyboard.press('Escape');
    await dashboard.idle();
    await expect(dashboard.total('Calls')).resolves.toBe(calls);
    const row = page.getByRole('row', { name: /enter_openat/ });
    await expect(row.getByRole('cell').nth(1).innerText()).resolves.toBe(hits);
  });

  test('a search goes from place to place through all columns', async () => {
    const dashboard = await visit('search', { recording: 'dd', program: 'opensnoop' });
    const { page } = dashboard;
    await openCode(dashboard, 'enter_openat');
    const field = page.getByRole('searchbox', { name: 'Search in the code' });
    await field.fill('map_update_elem');
    const status = page.getByRole('search').getByRole('status');
    await expect(status.innerText()).resolves.toMatch(/^\d+ found$/);
    await field.press('Enter');
    await expect(status.innerText()).resolves.toMatch(/^1 of \d+$/);
    await expect(lit(page, 'C')).resolves.toEqual([expect.stringContaining('bpf_map_update_elem')]);
    await field.press('Shift+Enter');
    await expect(status.innerText()).resolves.toMatch(/^(\d+) of \1$/);
    await field.fill('nothing like it');
    await expect(status.innerText()).resolves.toBe('nothing found');
  });

  test('a program of assembly says that it has no C, and copies what it has', async () => {
    const text = '.section "raw_tp/sys_enter"\nsum:\nr0 = 0\nr0 += 7\nexit\n';
    const reply = await fetch(new URL('/api/programs?name=sum.asm', site().url), {
      method: 'POST',
      body: text,
    });
    expect(reply.status).toBe(200);
    const dashboard = await visit('assembly', { recording: 'dd', program: 'sum' });
    const { page } = dashboard;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await openCode(dashboard, 'sum');
    await page.getByText('It was written in assembly: the insns are its source.').waitFor();
    await page.getByRole('button', { name: 'Copy eBPF' }).click();
    await page.getByRole('button', { name: 'Copied eBPF' }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe('sum:\nr0 = 0\nr0 += 7\nexit\n');
  });

  test('on a phone there is one column at a time, and nothing wider than the screen', async () => {
    const dashboard = await visit('phone-code', {
      viewport: { width: 390, height: 844 },
      recording: 'dd',
      program: 'opensnoop',
    });
    const { page } = dashboard;
    await openCode(dashboard, 'enter_openat');
    for (const name of COLUMNS) {
      await page.getByRole('group', { name: 'Column' }).getByRole('button', { name, exact: true }).click();
      const seen = await Promise.all(COLUMNS.map((one) => column(page, one).isVisible()));
      expect(COLUMNS.filter((_, i) => seen[i])).toEqual([name]);
      await column(page, name).getByRole('option').first().waitFor();
    }
    const wide = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(wide).toBe(0);
  });
});

/** Opens the code of a program, the first of the list by default; its name. */
async function openCode(dashboard: Dashboard, name?: string): Promise<string> {
  const table = dashboard.page.getByRole('table', { name: 'Loaded programs' });
  const wanted = name === undefined ? /^Code of / : `Code of ${name}`;
  await table.getByRole('button', { name: wanted, exact: true }).first().click();
  await column(dashboard.page, 'eBPF').getByRole('option').first().waitFor();
  await dashboard.idle();
  return (await dashboard.page.getByRole('combobox', { name: 'Program' }).inputValue()).trim();
}

function column(page: Page, name: Column): Locator {
  return page.getByRole('listbox', { name, exact: true });
}

function litRows(page: Page, name: Column): Locator {
  return column(page, name).locator('.lit');
}

/** Rows in view that are lit. */
async function lit(page: Page, name: Column): Promise<readonly string[]> {
  return litRows(page, name).locator('code').allInnerTexts();
}

async function topOf(row: Locator): Promise<number> {
  return (await row.boundingBox())?.y ?? Number.NaN;
}

async function place(page: Page): Promise<string> {
  return page.locator('.code-place').innerText();
}

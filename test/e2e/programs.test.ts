// Programs on the page: chosen, dropped, refused; their records and maps as a person sees them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasTool } from '../support/tools.ts';
import type { Dashboard } from './site.ts';
import { useSite } from './visits.ts';

const OBJECTS = join(import.meta.dirname, '..', '..', 'vm', 'samples', 'objects');

describe.skipIf(!hasTool('chromium'))('programs in chromium', () => {
  const { visit } = useSite();

  test('a program chosen from the list plays, and its records are read by their types', async () => {
    const dashboard = await visit('choose-program', { recording: 'dd' });
    await dashboard.chooseProgram('exitsnoop');
    await toEnd(dashboard);
    const records = await dashboard.records();
    expect(records).toHaveLength(1);
    expect(records[0]).toMatch(/^\d+\.\d{6} events: \{.*"comm": "dd"/);
    await expect(dashboard.page.locator('.panel-programs .panel-summary').innerText()).resolves.toMatch(
      /^exitsnoop against linux-6\.12: /,
    );
  });

  test('the address names the program, and maps of structs have a column for each member', async () => {
    const dashboard = await visit('columns', { recording: 'dd', program: 'syscount' });
    await toEnd(dashboard);
    const { page } = dashboard;
    await page
      .getByRole('group', { name: 'Maps' })
      .getByRole('button', { name: /^counts/ })
      .click();
    await page.getByRole('table', { name: 'Entries of counts' }).waitFor();
    const heads = await page
      .getByRole('table', { name: 'Entries of counts' })
      .locator('thead th')
      .allInnerTexts();
    expect(heads[0]).toMatch(/^[Kk]ey/);
    expect(heads.length).toBeGreaterThan(2);
    await page.reload();
    await dashboard.idle();
    // maps of the program before are not asked for any more
    expect(await page.getByRole('alert').count()).toBe(0);
    await expect(page.locator('.program-name').innerText()).resolves.toBe('syscount');
  });

  test('a dropped object is verified and plays; a broken one is refused in words, and the page plays on', async () => {
    const dashboard = await visit('drop-program', { recording: 'dd' });
    const bytes = [...readFileSync(join(OBJECTS, 'exitsnoop.bpf.o'))];
    await dropBytes(dashboard, 'mine.bpf.o', bytes);
    await dashboard.page.locator('.program-name', { hasText: 'mine' }).waitFor();
    await dashboard.idle();
    await toEnd(dashboard);
    expect(await dashboard.records()).toHaveLength(1);
    await dropBytes(dashboard, 'cut.bpf.o', bytes.slice(0, 2000));
    await dashboard.page
      .getByRole('alert')
      .getByText(/“cut\.bpf\.o” cannot be used as a program/)
      .waitFor();
    await dashboard.idle();
    expect(dashboard.complaints.splice(0).filter((text) => !/status of 4\d\d/.test(text))).toEqual([]);
    await expect(dashboard.page.locator('.program-name').innerText()).resolves.toContain('mine');
  });

  test('with records and without prog arrays the page fits a phone', async () => {
    const dashboard = await visit('phone-program', {
      viewport: { width: 390, height: 844 },
      recording: 'dd',
      program: 'execsnoop',
    });
    await toEnd(dashboard);
    const wide = await dashboard.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(wide).toBe(0);
  });
});

async function toEnd(dashboard: Dashboard): Promise<void> {
  await dashboard.setSpeed('0');
  await dashboard.ended();
}

async function dropBytes(dashboard: Dashboard, name: string, bytes: readonly number[]): Promise<void> {
  const file = { name, bytes };
  const transfer = await dashboard.page.evaluateHandle(({ name, bytes }) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(bytes)], name));
    return transfer;
  }, file);
  await dashboard.page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
  await dashboard.page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

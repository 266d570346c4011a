// The real server with the page built from its sources, and chromium in front of it. Helpers speak the page's language.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { pino } from 'pino';
import { build } from 'vite';
import {
  createApp,
  createRecordings,
  listen,
  readProgram,
  openWorkerPort,
  readManifest,
  type App,
} from '../../backend/index.ts';
import { findProgram } from '../support/tools.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Site {
  readonly url: string;
  readonly app: App;
  /** Ends the server with all its sessions, and starts another at the same address. */
  restart(): Promise<void>;
  /** A page of its own browser profile, joined to session `session`, standing still when it is handed over. */
  visit(session: string, options?: VisitOptions): Promise<Dashboard>;
  close(): Promise<void>;
}

export interface VisitOptions extends BrowserContextOptions {
  readonly recording?: string;
  readonly program?: string;
}

/** Builds the page, starts server and browser. */
export async function openSite(): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'tailscope-e2e-'));
  const pageFolder = join(folder, 'page');
  await build({
    root: join(ROOT, 'frontend'),
    configFile: join(ROOT, 'frontend', 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: pageFolder, emptyOutDir: true },
  });
  const startApp = (): App =>
    createApp({
      recordings: createRecordings(readManifest(join(ROOT, 'traces', 'recorded')), folder),
      program: readProgram('tracex5'),
      speed: 1,
      openPort: openWorkerPort,
      access: { host: '127.0.0.1', allowOrigins: [] },
      pageFolder,
      log: pino({ level: 'silent' }),
      wallMs: () => performance.now(),
      everyMs: (ms, step) => {
        const timer = setInterval(step, ms);
        return () => clearInterval(timer);
      },
    });
  let app = startApp();
  const url = await listen(app.server, '127.0.0.1', 0);
  const browser = await chromium.launch({ executablePath: findProgram('chromium')!, args: FLAGS });
  return {
    url,
    get app() {
      return app;
    },
    restart: async () => {
      await app.close();
      app = startApp();
      await listen(app.server, '127.0.0.1', Number(new URL(url).port));
    },
    visit: (session, options) => visit(browser, url, session, options),
    close: async () => {
      await browser.close();
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function visit(
  browser: Browser,
  url: string,
  session: string,
  { recording, program, ...options }: VisitOptions = {},
): Promise<Dashboard> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const dashboard = new Dashboard(page);
  const query = new URLSearchParams({
    session,
    ...(recording === undefined ? {} : { recording }),
    ...(program === undefined ? {} : { program }),
  });
  await page.goto(`${url}?${query}`);
  await dashboard.idle();
  return dashboard;
}

/** The page as a person uses it. */
export class Dashboard {
  readonly page: Page;
  /** What the page said on its console as an error, and errors nobody caught. */
  readonly complaints: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error')
        this.complaints.push(`${message.text()} ${message.location().url}`.trim());
    });
  }

  /** Waits until the page stands still: joined, nothing asked for, the last frame drawn. */
  async idle(): Promise<void> {
    await this.page.locator('html[data-idle=true]').waitFor({ state: 'attached' });
  }

  async setSpeed(speed: string): Promise<void> {
    await this.page.getByRole('combobox', { name: 'Speed' }).selectOption(speed);
    await this.idle();
  }

  async press(name: string): Promise<void> {
    await this.page.getByRole('group', { name: 'Player' }).getByRole('button', { name, exact: true }).click();
    await this.idle();
  }

  /** Opens a recording through the picker. */
  async choose(title: string): Promise<void> {
    await this.page
      .getByRole('banner')
      .getByRole('button', { name: /recording/i })
      .first()
      .click();
    await this.page
      .getByRole('list', { name: 'Recordings' })
      .getByRole('button', { name: title })
      .first()
      .click();
    await this.idle();
  }

  /** Opens a program through the picker. */
  async chooseProgram(title: string): Promise<void> {
    await this.page
      .getByRole('banner')
      .getByRole('button', { name: /another program/i })
      .click();
    await this.page
      .getByRole('list', { name: 'Programs' })
      .getByRole('button', { name: title })
      .first()
      .click();
    await this.idle();
  }

  /** Lines of the records that the page keeps. */
  async records(): Promise<readonly string[]> {
    const text = await this.page.getByRole('log', { name: 'Lines of Records' }).innerText();
    return text.split('\n').filter((line) => line.trim() !== '');
  }

  /** Waits until a recording with this title is open. */
  async opened(title: string): Promise<void> {
    await this.page.locator('.source-title', { hasText: title }).waitFor();
    await this.idle();
  }

  async ended(): Promise<void> {
    await this.page.locator('.clock[data-state=ended]').waitFor();
    await this.idle();
  }

  /**
   * Watches what the page says of its line from now on; the result waits until the line was lost and is there again. A state that stands for
   * a moment only is seen too, which looking again and again would miss on a busy machine.
   */
  async watchLink(): Promise<() => Promise<void>> {
    const status = this.page.getByRole('banner').getByRole('status');
    const said = await status.evaluateHandle((element) => {
      const texts: string[] = [];
      const note = (): number => texts.push(element.textContent ?? '');
      new MutationObserver(note).observe(element, { childList: true, characterData: true, subtree: true });
      return texts;
    });
    return async () => {
      await this.page.waitForFunction((texts) => texts.some((text) => text.startsWith('Reconnecting')), said);
      await status.getByText('Connected').waitFor();
    };
  }

  async state(): Promise<string> {
    return (await this.page.locator('.clock').getAttribute('data-state')) ?? '';
  }

  /** Position of the clock in ns. */
  async position(): Promise<number> {
    return Number(await this.page.getByLabel('Position', { exact: true }).getAttribute('data-value'));
  }

  /** The exact figure of the strip of totals. */
  async total(name: string): Promise<number> {
    const figure = this.page.getByLabel('Totals up to the clock').getByLabel(name, { exact: true });
    return Number(await figure.getAttribute('data-value'));
  }

  /** Hits of a filled slot of the first prog array. */
  async slotHits(index: number): Promise<number> {
    return Number(await this.page.locator(`[data-slot="${index}"] [data-value]`).getAttribute('data-value'));
  }

  /** Lines of trace_pipe that the page keeps. */
  async pipe(): Promise<readonly string[]> {
    const text = await this.page.getByRole('log', { name: 'Lines of trace_pipe' }).innerText();
    return text.split('\n').filter((line) => line.includes('bpf_trace_printk:'));
  }
}

// A small page with the engine in its worker, built by vite, behind a server that sends files and a policy; and chromium that opens it.
import { mkdtempSync, readFileSync, rmSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, relative, sep } from 'node:path';
import { chromium } from 'playwright-core';
import { build, type Plugin } from 'vite';
import { findProgram } from '../support/tools.ts';
import type { Order, Report } from './engine-page/worker.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const BASE = "default-src 'none'; worker-src 'self'; connect-src 'self'; img-src data:;";

/** What a page may do. `wasm-unsafe-eval` allows WebAssembly to be compiled, and no eval of JavaScript. */
const POLICIES = {
  compile: `${BASE} script-src 'self' 'wasm-unsafe-eval'`,
  interpret: `${BASE} script-src 'self'`,
} as const;
export type Policy = keyof typeof POLICIES;

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

export interface PageReport extends Exclude<Report, { failed: string }> {
  /** Errors on the page's console. */
  readonly complaints: readonly string[];
}

export interface EngineSite {
  /** Source files of the worker, relative to the root. */
  readonly modules: readonly string[];
  /** All that was built. */
  readonly scripts: readonly string[];
  /** Opens the page anew, which runs a program over a recording. Throws what went wrong there. */
  run(order: Omit<Order, 'rounds'> & { readonly rounds?: number }, policy: Policy): Promise<PageReport>;
  close(): Promise<void>;
}

/** Builds the page, starts server and browser. */
export async function openEngineSite(): Promise<EngineSite> {
  const folder = mkdtempSync(join(tmpdir(), 'tailscope-engine-'));
  const modules = new Set<string>();
  const collect: Plugin = {
    name: 'collect',
    moduleParsed: ({ id }) => {
      if (id.startsWith(ROOT)) modules.add(relative(ROOT, id).split(sep).join('/'));
    },
  };
  await build({
    root: join(import.meta.dirname, 'engine-page'),
    configFile: false,
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true, target: 'es2024' },
    worker: { format: 'es', plugins: () => [collect] },
  });
  let policy: Policy = 'compile';
  const server = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://page');
    const file = pathname === '/' ? '/index.html' : pathname;
    try {
      const body = readFileSync(join(/^\/(?:traces|vm)\//.test(file) ? ROOT : folder, file));
      response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
      response.setHeader('Content-Security-Policy', POLICIES[policy]);
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // of a TCP server
  const browser = await chromium.launch({
    executablePath: findProgram('chromium')!,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  return {
    modules: [...modules],
    scripts: readdirSync(join(folder, 'assets')).map((name) =>
      readFileSync(join(folder, 'assets', name), 'utf8'),
    ),
    run: async ({ recording, program, rounds = 1 }, under) => {
      policy = under;
      const context = await browser.newContext();
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      const query = new URLSearchParams({ recording, program, rounds: `${rounds}` });
      await page.goto(`http://127.0.0.1:${port}/?${query}`);
      const text = await page.locator('output[data-done]').textContent();
      await context.close();
      const report = JSON.parse(text ?? '') as Report; // the page's own
      if (report.failed !== undefined) throw new Error(report.failed);
      return { ...report, complaints };
    },
    close: async () => {
      await browser.close();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

// Who may talk to the server, and what HTTP answers.
import { request } from 'node:http';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storedLog, temporaryFolder } from '../../support/logs.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const FRIEND = 'https://demo.example';
let server: TestServer;

beforeAll(async () => {
  const pageFolder = temporaryFolder();
  writeFileSync(join(pageFolder, 'index.html'), '<!doctype html><title>Tailscope</title>');
  mkdirSync(join(pageFolder, 'assets'));
  server = await startServer({
    recordings: [await storedLog('dd', temporaryFolder())],
    allowOrigins: [FRIEND],
    pageFolder,
  });
});
afterAll(() => server.close());

interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

/** A request with any headers; fetch does not let one set Host and Origin. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, server.url), { method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (body += piece));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('an origin', () => {
  test('that is the server itself, one that was allowed, and none at all are served', async () => {
    const own = new URL(server.url).origin;
    for (const headers of [{ origin: own }, { origin: FRIEND }, {}])
      expect((await ask('/api/health', headers)).status).toBe(200);
  });

  test.each(['https://evil.example', 'http://127.0.0.1:1', 'null', 'rubbish'])(
    '%s is refused over HTTP and over the socket',
    async (origin) => {
      const answer = await ask('/api/recordings?name=x', { origin }, 'POST');
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'origin-refused' } });
      const socket = io(server.url, { transports: ['websocket'], extraHeaders: { origin }, forceNew: true });
      const refused = await new Promise((resolve) => {
        socket.once('connect', () => resolve(false));
        socket.once('connect_error', () => resolve(true));
      });
      socket.close();
      expect(refused).toBe(true);
    },
  );

  test('that was allowed gets the headers that let its page read', async () => {
    const answer = await ask('/api/recordings', { origin: FRIEND });
    expect(answer.headers['access-control-allow-origin']).toBe(FRIEND);
  });
});

test.each(['evil.example', 'evil.example:8470', '127.0.0.1.evil.example'])(
  'a request for the name %j is refused, as another site may point it at this machine',
  async (host) => {
    const answer = await ask('/api/health', { host });
    expect(answer.status).toBe(403);
  },
);

test('localhost is this machine too', async () => {
  expect((await ask('/api/health', { host: `localhost:${new URL(server.url).port}` })).status).toBe(200);
});

describe('HTTP answers', () => {
  test('the page with a policy that lets it load from here only', async () => {
    const answer = await ask('/');
    expect(answer.body).toContain('<title>Tailscope</title>');
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect(policy).not.toContain('unsafe-inline');
    expect(answer.headers['x-powered-by']).toBeUndefined();
  });

  test('the list of recordings', async () => {
    const answer = await ask('/api/recordings');
    expect(JSON.parse(answer.body)).toMatchObject([{ name: 'dd', origin: 'manifest' }]);
  });

  test.each([
    ['/api/nothing', 404, 'not-found'],
    ['/api/recordings/%E0%A4%A', 404, 'not-found'],
  ])('%s with %d and a JSON error without a stack', async (path, status, code) => {
    const answer = await ask(path);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code } });
    expect(answer.body).not.toContain('    at ');
  });

  test('nothing outside the page folder', async () => {
    for (const path of ['/..%2f..%2fetc%2fpasswd', '/%2e%2e/%2e%2e/etc/passwd', '/assets/../../package.json'])
      expect((await ask(path)).body).not.toMatch(/root:|"name"/);
  });
});

test('without a built page the server says how to build it', async () => {
  const bare = await startServer({ recordings: [] });
  const answer = await fetch(bare.url);
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain('npm start builds it');
  await bare.close();
});

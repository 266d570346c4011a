// tailscope serve: the page and its server, until Ctrl-C.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RequestHandler } from 'express';
import type { Command } from 'commander';
import { destination, pino, type Logger } from 'pino';
import { refusal } from '../errors.ts';
import { checkProgram } from '../library/check-program.ts';
import { readManifest, type StoredRecording } from '../library/manifest.ts';
import { findTrace } from '../library/open-trace.ts';
import { PACKAGE_ROOT, PAGE_FOLDER, RECORDED_FOLDER } from '../library/package-root.ts';
import { createApp, type App } from '../server/app.ts';
import { storeRecording } from '../server/given-recording.ts';
import { listen } from '../server/listen.ts';
import { createRecordings } from '../server/recordings.ts';
import { openWorkerPort } from '../session/worker-port.ts';
import { collectOrigin, replaySpeed, wholeNumber } from './options.ts';
import { onSignals, print, printJson, say } from './output.ts';
import {
  addEngineOption,
  addProgramOptions,
  PROGRAM_ARGUMENT,
  programFrom,
  type ProgramFlags,
} from './program-options.ts';
import { createProgress } from './progress.ts';

const HELP = `
Examples:
  tailscope serve
  tailscope serve --recording build.strace.gz --speed 10
  tailscope serve --recording shell --program ./opensnoop.bpf.o
  tailscope serve --host 0.0.0.0 --port 80       for everybody who reaches this machine`;

interface ServeOptions extends ProgramFlags {
  readonly port: number;
  readonly host: string;
  readonly recording?: string;
  readonly program: string;
  readonly speed: number;
  readonly profile?: boolean;
  readonly allowOrigin: readonly string[];
  readonly verbose?: boolean;
  readonly json?: boolean;
  readonly dev?: boolean;
}

export function addServe(program: Command): Command {
  const command = program
    .command('serve')
    .summary('serve the page')
    .description('Serves the page, on which recordings are replayed through programs.')
    .option('-p, --port <N>', 'port; 0 takes a free one', wholeNumber('--port', 0, 65_535), 8470)
    .option('--host <ADDRESS>', 'address to listen on', '127.0.0.1')
    .option('--recording <T>', 'recording to start with: manifest name, .sct, strace log or capture')
    .option('--program <PROG>', `program to start with: ${PROGRAM_ARGUMENT}`, 'tracex5')
    .option('--speed <N>', 'speed to start with, 0.1 to 1000 or max', replaySpeed, 1)
    .option('--profile', 'count how often each insn runs; the page can switch it on and off too')
    .option('--allow-origin <URL>', 'another origin whose pages may use it; repeatable', collectOrigin, [])
    .option('--dev', 'serve the page from its sources, with reloading')
    .option('--verbose', 'log to stderr')
    .option('--json', 'print the address as JSON')
    .addHelpText('after', HELP)
    .action(serve);
  return addEngineOption(addProgramOptions(command));
}

async function serve(options: ServeOptions): Promise<void> {
  const log = pino({ level: options.verbose === true ? 'debug' : 'error' }, destination(2));
  const program = programFrom(options.program, options);
  for (const note of checkProgram(program).notes) say(note); // what cannot be used is told before anything listens
  const folder = temporaryFolder();
  const recordings = createRecordings(await startList(options.recording, folder), folder);
  const page = options.dev === true ? await developmentPage() : undefined;
  const app = createApp({
    recordings,
    program,
    speed: options.speed,
    profile: options.profile === true,
    openPort: openWorkerPort,
    access: { host: options.host, allowOrigins: options.allowOrigin },
    pageFolder: PAGE_FOLDER,
    log,
    wallMs: () => performance.now(),
    everyMs: (ms, step) => {
      const timer = setInterval(step, ms);
      return () => clearInterval(timer);
    },
    ...(page === undefined ? {} : { page: page.handler }),
  });
  closeOnSignals(app, log, page?.close);
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'an error that nobody waited for'));
  const url = await listenOrClose(app, options, page?.close);
  if (options.json === true) await printJson({ url });
  else await print(`Tailscope is at ${url}\n`);
  if (recordings.list().length === 0)
    say('there are no recordings yet: drop a strace log or a capture on the page');
}

/** Listens; when that is refused nothing is left running. */
async function listenOrClose(
  app: App,
  { host, port }: ServeOptions,
  closePage: (() => Promise<void>) | undefined,
): Promise<string> {
  try {
    return await listen(app.server, host, port);
  } catch (error) {
    await Promise.all([app.close(), closePage?.()]);
    throw error;
  }
}

/** The given recording, imported if it is a log, and those of the manifest. */
async function startList(given: string | undefined, folder: string): Promise<readonly StoredRecording[]> {
  const listed = readManifest(RECORDED_FOLDER);
  if (given === undefined) return listed;
  const found = findTrace(given, RECORDED_FOLDER);
  if (found.entry.origin === 'manifest')
    return [found, ...listed.filter((one) => one.entry.name !== found.entry.name)];
  const progress = createProgress(`importing ${given}`);
  try {
    const stored = await storeRecording(found, folder, (read, of) => progress.update(read, of));
    return [stored, ...listed.filter((one) => one.entry.name !== stored.entry.name)];
  } finally {
    progress.end();
  }
}

/** A folder for imports and uploads that goes when the process does. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tailscope-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** vite as a part of the server; loaded only when it is asked for. */
async function developmentPage(): Promise<{ handler: RequestHandler; close: () => Promise<void> }> {
  const configFile = join(PACKAGE_ROOT, 'frontend', 'vite.config.ts');
  if (!existsSync(configFile)) throw refusal('no-sources', join(PACKAGE_ROOT, 'frontend'));
  const { createServer } = await import('vite');
  const vite = await createServer({
    configFile,
    appType: 'spa',
    server: { middlewareMode: true },
  });
  return { handler: vite.middlewares, close: () => vite.close() };
}

/** The first signal ends everything in order; a second one does not wait. */
function closeOnSignals(app: App, log: Logger, closePage: (() => Promise<void>) | undefined): void {
  let isEnding = false;
  const end = async (): Promise<void> => {
    if (isEnding) process.exit(1);
    isEnding = true;
    try {
      await Promise.all([app.close(), closePage?.()]);
    } catch (error) {
      log.error({ err: error }, 'the server did not end in order');
    }
    process.exit(0);
  };
  onSignals(() => void end());
}

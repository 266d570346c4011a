// The HTTP side: /api/recordings, /api/programs, /api/health, and the static page. Errors of /api are JSON.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import compression from 'compression';
import express, {
  Router,
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
} from 'express';
import { rateLimit } from 'express-rate-limit';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import { refusal, UserError, type ErrorCode } from '../errors.ts';
import type { ProgramUploadReply, ReplyError, UploadReply } from '../protocol/index.ts';
import { takeProgram, type ProgramLimits } from './program-upload.ts';
import type { Programs } from './programs.ts';
import type { Recordings } from './recordings.ts';
import { refuseAccess, securityHeaders, type AccessRules } from './security.ts';
import type { Sessions } from './sessions.ts';
import { takeUpload, untilStalled, type UploadLimits } from './upload.ts';

/** Imports at a time: each has a worker. */
const MAX_IMPORTS = 2;

/** Programs that are verified at a time: each has a process. */
const MAX_CHECKS = 2;

/** Uploads a minute from one address, of recordings and programs together. */
const UPLOADS_A_MINUTE = 30;

/** HTTP status of a refusal; others are 400. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  'no-recording': 404,
  'not-found': 404,
  'not-a-log': 422,
  'not-a-capture': 422,
  'bad-sct': 422,
  'bad-packing': 422,
  'unpacked-too-large': 413,
  'upload-too-large': 413,
  'program-too-large': 413,
  'program-too-long': 422,
  'bad-program': 422,
  'too-many-programs': 507,
  'busy-checking': 503,
  'upload-stalled': 408,
  'too-many-uploads': 507,
  'busy-importing': 503,
  'origin-refused': 403,
  'host-refused': 403,
  'rate-limited': 429,
  internal: 500,
};

export interface ApiOptions {
  readonly recordings: Recordings;
  readonly programs: Programs;
  readonly sessions: Sessions;
  readonly access: AccessRules;
  readonly pageFolder: string;
  readonly limits: UploadLimits;
  readonly programLimits: ProgramLimits;
  readonly log: Logger;
  /** Serves the page from its sources (vite) instead of from pageFolder. */
  readonly page?: RequestHandler;
}

/** An express app that serves the API and the page. */
export function createApi(options: ApiOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(requestLog(options.log));
  app.use(securityHeaders(options.page !== undefined));
  app.use((request, _response, next) => next(refuseAccess(request, options.access)));
  app.use(allowedOrigins(options.access));
  app.use(compression());
  app.use('/api', apiRoutes(options));
  app.use('/api', (request) => {
    throw refusal('not-found', request.originalUrl);
  });
  app.use(options.page ?? builtPage(options.pageFolder));
  app.use((request, response) => {
    response
      .status(404)
      .type('text/plain')
      .send(`${refusal('not-found', request.path).message}\n`);
  });
  app.use(answerError(options.log));
  return app;
}

/** Requests as debug lines: method, path, status and time, without headers. */
function requestLog(logger: Logger): RequestHandler {
  return pinoHttp({
    logger,
    useLevel: 'debug',
    serializers: {
      req: ({ method, url }: { method: string; url: string }) => ({ method, url }),
      res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
    },
  });
}

function apiRoutes(options: ApiOptions): Router {
  const { recordings, programs, sessions, limits, programLimits } = options;
  const router = Router();
  const limitRate = limitUploads();
  let imports = 0;
  let checks = 0;
  router.get('/health', (_request, response) => {
    response.json({ ok: true, sessions: sessions.count, viewers: sessions.viewers, imports });
  });
  router.get('/recordings', (_request, response) => {
    response.json(recordings.list());
  });
  router.get('/programs', (_request, response) => {
    response.json(programs.list());
  });
  const store = async (request: Request): Promise<UploadReply> => {
    const fileName = fileNameOf(request);
    if (lengthOf(request) > limits.bodyBytes) throw refusal('upload-too-large', limits.bodyBytes);
    if (imports >= MAX_IMPORTS) throw refusal('busy-importing', MAX_IMPORTS);
    imports++;
    try {
      return await takeUpload(request, fileName, recordings.reserve(fileName), limits);
    } finally {
      imports--;
    }
  };
  const storeProgram = async (request: Request): Promise<ProgramUploadReply> => {
    if (lengthOf(request) > programLimits.bytes) throw refusal('program-too-large', programLimits.bytes);
    if (checks >= MAX_CHECKS) throw refusal('busy-checking', MAX_CHECKS);
    checks++;
    try {
      const body = untilStalled(request, limits.stallMs);
      const { source, progs, notes } = await takeProgram(body, fileNameOf(request), programLimits);
      return { program: programs.add(source), progs, notes };
    } finally {
      checks--;
    }
  };
  router.post('/recordings', limitRate, (request, response, next) => {
    store(request).then((reply) => response.json(reply), next);
  });
  router.post('/programs', limitRate, (request, response, next) => {
    storeProgram(request).then((reply) => response.json(reply), next);
  });
  return router;
}

/** The name that a person's file has, for lists and messages. */
function fileNameOf({ query: { name } }: Request): string {
  return typeof name === 'string' && name !== '' ? name.slice(0, 200) : 'upload';
}

function lengthOf({ headers }: Request): number {
  return Number(headers['content-length'] ?? 0);
}

function limitUploads(): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: UPLOADS_A_MINUTE,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: () => {
      throw refusal('rate-limited');
    },
  });
}

/** CORS for the origins that were allowed by name. */
function allowedOrigins({ allowOrigins }: AccessRules): RequestHandler {
  return (request, response, next) => {
    const { origin } = request.headers;
    if (origin === undefined || !allowOrigins.includes(origin)) return next();
    response.set('Access-Control-Allow-Origin', origin).vary('Origin');
    if (request.method !== 'OPTIONS') return next();
    response.set('Access-Control-Allow-Headers', 'Content-Type').sendStatus(204);
  };
}

function builtPage(folder: string): RequestHandler {
  const files = express.static(folder, { maxAge: 0 });
  return (request, response, next) => {
    if (request.path !== '/' || existsSync(join(folder, 'index.html'))) {
      files(request, response, next);
      return;
    }
    response
      .status(503)
      .type('text/plain')
      .send(
        'The page is not built yet: npm start builds it, and npm run build too. The API is up at /api/.\n',
      );
  };
}

function answerError(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const { status, body } = describe(error);
    if (status === 500) log.error({ err: error, path: request.path }, 'a request failed');
    response.status(status);
    if (!request.complete) response.set('Connection', 'close'); // what is still to come of it is not read
    if (request.path.startsWith('/api')) response.json({ error: body });
    else response.type('text/plain').send(`${body.message}\n`);
  };
}

/** Express's own errors carry a status and a text for the client; what is neither is ours. */
function describe(error: unknown): { readonly status: number; readonly body: ReplyError } {
  if (error instanceof UserError)
    return { status: STATUS[error.code] ?? 400, body: { code: error.code, message: error.message } };
  if (error instanceof Error && 'expose' in error && error.expose === true && 'status' in error)
    return { status: Number(error.status), body: { code: 'bad-request', message: error.message } };
  return { status: 500, body: { code: 'internal', message: refusal('internal').message } };
}

// Who may talk to the server: same origin only, this machine's names only while it listens on loopback, and a page that loads
// nothing from elsewhere.
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { refusal, type UserError } from '../errors.ts';

export interface AccessRules {
  /** Address the server is bound to. */
  readonly host: string;
  /** Origins beside its own that may use it: 'https://demo.example'. */
  readonly allowOrigins: readonly string[];
}

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);

/** Security headers. Wasm needs 'wasm-unsafe-eval'; some browsers do not count a WebSocket as 'self'. */
export function securityHeaders(isDevelopment: boolean): RequestHandler {
  return helmet({
    contentSecurityPolicy: isDevelopment
      ? false // vite's own page has inline scripts
      : {
          useDefaults: false,
          directives: {
            defaultSrc: ["'self'"],
            scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
            styleSrc: ["'self'"],
            imgSrc: ["'self'", 'data:', 'blob:'],
            connectSrc: ["'self'", 'ws:'],
            workerSrc: ["'self'"],
            objectSrc: ["'none'"],
            baseUri: ["'none'"],
            formAction: ["'self'"],
            frameAncestors: ["'none'"],
          },
        },
    strictTransportSecurity: false, // it speaks plain HTTP on loopback
  });
}

/**
 * What is wrong with where a request comes from, or undefined. A page of another origin is refused, and so is a name that is
 * not this machine's while the server is bound to loopback: another site's name may have been pointed here (DNS rebinding).
 */
export function refuseAccess(request: IncomingMessage, rules: AccessRules): UserError | undefined {
  const { host = '', origin } = request.headers;
  if (isLoopback(rules.host) && !isOwnName(hostName(host), rules)) return refusal('host-refused', host);
  if (origin === undefined || rules.allowOrigins.includes(origin)) return undefined;
  return originHost(origin) === host ? undefined : refusal('origin-refused', origin);
}

function isLoopback(host: string): boolean {
  return LOOPBACK_NAMES.has(host) || host.startsWith('127.');
}

function isOwnName(name: string, rules: AccessRules): boolean {
  return (
    LOOPBACK_NAMES.has(name) ||
    name === rules.host ||
    rules.allowOrigins.some((origin) => hostName(originHost(origin) ?? '') === name)
  );
}

/** A Host header without its port. */
function hostName(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase();
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

// Payload schemas of the requests. `zod/mini`, so that a page may check what it sends as well; not part of the door, so that a
// page that does not is spared the bytes.
import * as z from 'zod/mini';
import type { ClientToServer } from './events.ts';

const NOTHING = z.strictObject({});

/** Most entries a `map:read` may ask for. */
export const MAP_PAGE_ROWS = 500;

const SPEED_RULE = 'expected 0 (as fast as it can) or a number from 0.1 to 1000';
const speed = z
  .number()
  .check(z.refine((value) => value === 0 || (value >= 0.1 && value <= 1000), { error: SPEED_RULE }));

/** Names of sessions: '' is the default one. */
const sessionName = z
  .string()
  .check(z.regex(/^[\w.-]{0,64}$/, { error: 'expected at most 64 letters, digits, ".", "_" and "-"' }));

const progName = z.string().check(z.minLength(1), z.maxLength(200));

/** Schemas by event; a payload with other keys is refused. */
export const REQUESTS = {
  'session:join': z.strictObject({ session: sessionName }),
  'session:open': z.strictObject({ recording: z.string().check(z.minLength(1), z.maxLength(200)) }),
  'program:open': z.strictObject({ program: z.string().check(z.minLength(1), z.maxLength(200)) }),
  'program:list': NOTHING,
  'program:code': z.strictObject({ prog: progName }),
  'program:hits': z.strictObject({ prog: progName }),
  'program:profile': z.strictObject({ isOn: z.boolean() }),
  'clock:play': NOTHING,
  'clock:pause': NOTHING,
  'clock:restart': NOTHING,
  'clock:seek': z.strictObject({ atNs: z.number().check(z.gte(0)) }),
  'clock:speed': z.strictObject({ speed }),
  'recording:list': NOTHING,
  'map:read': z.strictObject({
    map: z.string().check(z.minLength(1), z.maxLength(200)),
    offset: z.int().check(z.gte(0)),
    limit: z.int().check(z.gte(1), z.lte(MAP_PAGE_ROWS)),
  }),
} as const satisfies Record<keyof ClientToServer, z.ZodMiniType>;
export type RequestName = keyof typeof REQUESTS;
export type RequestPayload<K extends RequestName> = z.infer<(typeof REQUESTS)[K]>;

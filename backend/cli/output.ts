// Where the commands write: data to stdout, talk to stderr; and how they end.
import { once } from 'node:events';
import { constants } from 'node:os';
import { errnoOf, reasonOf, refusal } from '../errors.ts';

/** Exit codes of every command. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** Writes data to stdout; resolves when more may be written. */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** Writes a value as JSON and a newline to stdout. */
export async function printJson(value: unknown): Promise<void> {
  await print(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** What TypeScript's library does not know of JSON yet, and V8 has. */
interface SourceJson {
  parse(
    text: string,
    revive: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
}

/** JSON text as a value of a document that `printJson` prints: numbers of more digits than JavaScript's keep all of them. */
export function rawJson(json: string): unknown {
  const source = JSON as unknown as SourceJson;
  return source.parse(json, (_key, value, context) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && context.source !== undefined
      ? source.rawJSON(context.source)
      : value,
  );
}

/** Tells a person something, on stderr. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A reader that closes stdout (`| head`) ends the command quietly; a full disk behind it with a sentence. */
export function endOnBrokenPipe(): void {
  process.stdout.on('error', (error) => {
    if (errnoOf(error) === 'EPIPE') process.exit(EXIT.done);
    say(`tailscope: ${refusal('cannot-write', 'stdout', reasonOf(error)).message}`);
    process.exit(EXIT.failed);
  });
}

type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

let hears: ((signal: EndSignal) => void) | undefined;

/** Has `take` hear Ctrl-C, a plain kill and the end of the terminal; whoever heard them before does not any more. */
export function onSignals(take: (signal: EndSignal) => void): void {
  if (hears === undefined)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => hears?.(signal));
  hears = take;
}

/** Signals end the command in order, so that what it has begun is cleared away. */
export function endOnSignals(): void {
  onSignals((signal) => process.exit(128 + constants.signals[signal]));
}

/** A count with its noun: '1 call', '1,234 calls'; `plural` where it is not the noun with an s. */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? noun : plural}`;
}

/** Bytes for people: '812 B', '1.4 MB'. */
export function sizeOf(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step]}`;
}

/** A duration for people: '850 ns', '18.4 µs', '2.3 ms', '1.2 s'. */
export function timeOf(ns: number): string {
  if (ns >= 1e9) return `${(ns / 1e9).toFixed(1)} s`;
  if (ns >= 1e6) return `${(ns / 1e6).toFixed(1)} ms`;
  if (ns >= 1e3) return `${(ns / 1e3).toFixed(1)} µs`;
  return Number.isNaN(ns) ? '-' : `${Math.round(ns)} ns`;
}

/** Text of a recording without what would steer a terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (char) => `\\x${char.codePointAt(0)!.toString(16).padStart(2, '0')}`);
}

/** Rows as text in columns, two spaces apart; columns whose heading starts with '>' are flush right. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const names = headings.map((heading) => heading.replace(/^>/, ''));
  const widths = names.map((name, i) =>
    rows.reduce((width, row) => Math.max(width, row[i]?.length ?? 0), name.length),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (headings[i]?.startsWith('>') ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [names, ...rows].map((cells) => `${line(cells)}\n`).join('');
}

// Error numbers as recorders print them: second names too, and which of them restart a call. The numbers are vm's.
import { ERRNO } from '../../vm/index.ts';

/** Second names for the same number. */
const ALIASES: Readonly<Record<string, number>> = {
  EWOULDBLOCK: 11,
  EDEADLOCK: 35,
  ENOTSUP: 95,
  EFSCORRUPTED: 117,
  EFSBADCRC: 74,
};

/** The first and last of the codes by which the kernel restarts a call; a program never sees them. 515 between them is no restart. */
const RESTARTS: ReadonlySet<number> = new Set([512, 513, 514, 516]);

const BY_NAME: ReadonlyMap<string, number> = new Map([...Object.entries(ERRNO), ...Object.entries(ALIASES)]);
const BY_NUMBER: ReadonlyMap<number, string> = new Map(Object.entries(ERRNO).map(([name, nr]) => [nr, name]));

/** Errnos by name and by positive number. */
export const ERRNOS = {
  number: (name: string): number | undefined => BY_NAME.get(name),
  name: (errno: number): string | undefined => BY_NUMBER.get(errno),
} as const;

/** The name of a positive errno; `errno 999` where it has none. */
export function errnoName(errno: number): string {
  return BY_NUMBER.get(errno) ?? `errno ${errno}`;
}

/** Whether the kernel restarts a call that ends with this errno (ERESTARTSYS and its kin). */
export function isRestart(errno: number): boolean {
  return RESTARTS.has(errno);
}

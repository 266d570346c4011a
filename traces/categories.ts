// The eight categories of system calls; every chart, the index of a .sct file and every total use this order.

/** Categories by code (0..7): `title` for people. Colours belong to the page. */
export const CATEGORIES = {
  file: { code: 0, title: 'File' },
  network: { code: 1, title: 'Network' },
  memory: { code: 2, title: 'Memory' },
  process: { code: 3, title: 'Process' },
  signal: { code: 4, title: 'Signal' },
  time: { code: 5, title: 'Time' },
  ipc: { code: 6, title: 'IPC' },
  other: { code: 7, title: 'Other' },
} as const satisfies Record<string, { code: number; title: string }>;
export type Category = keyof typeof CATEGORIES;

/** Category names in code order. */
export const CATEGORY_NAMES = Object.keys(CATEGORIES) as readonly Category[]; // keys are the literal names above, in this order

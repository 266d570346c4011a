// The order of hooks at one point: those of functions are spread by their depth, three for each.

/** Lower ones run first. */
export const RANKS = {
  enter: { seccomp: 0, seccompReturn: 3, tracepoint: 6, function: 10 },
  exit: { function: 10, tracepoint: 100 },
  /** Deepest function of a call. */
  maxDepth: 8,
} as const;

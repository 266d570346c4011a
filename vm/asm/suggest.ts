// "Did you mean": the nearest of the names that were possible.

/** Longest name that a suggestion is looked for: comparing two names takes the product of their lengths. */
const LIMIT_NAME = 128;

/**
 * A hint that names the candidate that differs from `name` in one letter, the one that `name` shortens, or the nearest one; empty when none
 * is near enough to be meant.
 */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const names = [...candidates];
  const limit = Math.max(1, Math.floor(name.length / 3));
  if (name === '' || name.length > LIMIT_NAME) return '';
  let best = '';
  let bestDistance = limit + 1;
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  if (bestDistance > 1 && name.length > 1) best = completion(name, names) ?? best;
  return best === '' ? '' : `did you mean ${best}?`;
}

/** The one candidate that begins with `name`, or, of several, the one that goes on with a new word and is the shortest. */
function completion(name: string, names: readonly string[]): string | undefined {
  const longer = names.filter((candidate) => candidate.startsWith(name));
  if (longer.length < 2) return longer[0];
  return longer
    .filter((candidate) => candidate[name.length] === '_')
    .toSorted((a, b) => a.length - b.length)[0];
}

/** The same for a name that stands where a number or a register might. */
export function symbolHint(name: string, candidates: Iterable<string>): string {
  return /^[RW]\d+$/.test(name) ? `did you mean ${name.toLowerCase()}?` : didYouMean(name, candidates);
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from a to b; `limit` when it is that or more. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
    }
    before = last;
    last = row;
  }
  return Math.min(limit, last[b.length]!);
}

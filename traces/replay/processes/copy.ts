// Copies of a state that is a graph of objects: those that know each other still do in the copy.

/**
 * A copy that later changes of the original do not touch, and how many objects it has. Objects of classes keep their class; typed arrays are
 * shared, as nobody writes into them. Without private members (#): those cannot be copied. Chains may be as long as they like.
 */
export function copyGraph<T extends object>(root: T): { copy: T; objects: number } {
  const copies = new Map<object, object>();
  const open: object[] = [];
  const copyOf = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
    let copy = copies.get(value);
    if (copy === undefined) {
      copies.set(value, (copy = emptyLike(value)));
      open.push(value);
    }
    return copy;
  };
  const copy = copyOf(root) as T; // of the same class as `root`
  for (let next = open.pop(); next !== undefined; next = open.pop()) fill(copies.get(next)!, next, copyOf);
  return { copy, objects: copies.size };
}

function emptyLike(value: object): object {
  if (Array.isArray(value)) return [];
  if (value instanceof Map) return new Map();
  if (value instanceof Set) return new Set();
  return Object.create(Object.getPrototypeOf(value) as object | null) as object;
}

function fill(copy: object, value: object, copyOf: (value: unknown) => unknown): void {
  if (Array.isArray(value)) {
    for (const item of value) (copy as unknown[]).push(copyOf(item));
  } else if (value instanceof Map) {
    for (const [key, item] of value) (copy as Map<unknown, unknown>).set(copyOf(key), copyOf(item));
  } else if (value instanceof Set) {
    for (const item of value) (copy as Set<unknown>).add(copyOf(item));
  } else {
    const from = value as Record<string, unknown>; // any object has names and values
    for (const name of Object.keys(from)) (copy as Record<string, unknown>)[name] = copyOf(from[name]);
  }
}

// Copies of a state that is a graph of objects: those that know each other still do in the copy.

/**
 * A copy that later changes of the original do not touch, and how many objects it has. Objects of classes keep their class; typed arrays are
 * shared, as nobody writes into them. Without private members (#): those cannot be copied.
 */
export function copyGraph<T extends object>(root: T): { copy: T; objects: number } {
  const copies = new Map<object, object>();
  const copy = copyOf(root, copies) as T; // of the same class as `root`
  return { copy, objects: copies.size };
}

function copyOf(value: unknown, copies: Map<object, object>): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    copies.set(value, items);
    for (const item of value) items.push(copyOf(item, copies));
    return items;
  }
  if (value instanceof Map) {
    const map = new Map<unknown, unknown>();
    copies.set(value, map);
    for (const [key, item] of value) map.set(copyOf(key, copies), copyOf(item, copies));
    return map;
  }
  const object = Object.create(Object.getPrototypeOf(value) as object | null) as Record<string, unknown>;
  copies.set(value, object);
  const from = value as Record<string, unknown>; // any object has names and values
  for (const name of Object.keys(from)) object[name] = copyOf(from[name], copies);
  return object;
}

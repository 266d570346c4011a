// Paths as bytes: joined and tidied by their text, as nobody can follow links in a recording.

const SLASH = 0x2f;
const DOT = 0x2e;

/** Whether a path starts at the root. */
export function isAbsolute(path: Uint8Array): boolean {
  return path[0] === SLASH;
}

/**
 * The absolute path of `path`, without `.`, `..`, empty names and a slash at the end. `from` is the directory of a relative one, `root` what
 * chroot made of `/`, which `..` does not leave. Undefined where that takes a directory that is unknown. Links are not followed.
 */
export function absolutePath(
  path: Uint8Array,
  from: Uint8Array | undefined,
  root: Uint8Array | undefined,
): Uint8Array | undefined {
  if (isAbsolute(path)) return root === undefined ? tidied(path) : under(root, tidied(path));
  if (from === undefined) return undefined;
  const inside = root === undefined ? undefined : below(from, root);
  return inside === undefined ? tidied(joined(from, path)) : under(root!, tidied(joined(inside, path)));
}

/** What is left of a path that is `root` or below it, from a slash on; undefined for others. */
function below(path: Uint8Array, root: Uint8Array): Uint8Array | undefined {
  if (path.length < root.length || !sameBytes(path.subarray(0, root.length), root)) return undefined;
  if (path.length === root.length) return Uint8Array.of(SLASH);
  return path[root.length] === SLASH ? path.subarray(root.length) : undefined;
}

/** A tidy path `path` of those who have `root` for '/'. */
function under(root: Uint8Array, path: Uint8Array): Uint8Array {
  return path.length === 1 ? root : Uint8Array.of(...root, ...path);
}

/** What follows the last slash: the name that a program gets from its path. */
export function lastName(path: Uint8Array): Uint8Array {
  return path.subarray(path.lastIndexOf(SLASH) + 1);
}

/** A path after what was `old` is called `renamed`: another one if it is that, or below it. */
export function movedPath(
  path: Uint8Array | undefined,
  old: Uint8Array,
  renamed: Uint8Array,
): Uint8Array | undefined {
  if (path === undefined || path.length < old.length) return path;
  for (let i = old.length - 1; i >= 0; i--) if (path[i] !== old[i]) return path;
  if (path.length === old.length) return renamed;
  return path[old.length] === SLASH ? Uint8Array.of(...renamed, ...path.subarray(old.length)) : path;
}

/** Whether two byte strings are the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Bytes as text, one character a byte. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Text of characters below 256 as bytes. */
export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function joined(from: Uint8Array, path: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(from.length + 1 + path.length);
  bytes.set(from);
  bytes[from.length] = SLASH;
  bytes.set(path, from.length + 1);
  return bytes;
}

function tidied(path: Uint8Array): Uint8Array {
  if (isTidy(path)) return path;
  const names: string[] = [];
  for (const name of latin1(path).split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return bytesOf(`/${names.join('/')}`);
}

/** No empty name, and none that begins with a dot, which is more than tidiness takes but quickly seen. */
function isTidy(path: Uint8Array): boolean {
  for (let i = 1; i < path.length; i++) {
    if (path[i - 1] === SLASH && (path[i] === SLASH || path[i] === DOT)) return false;
  }
  return path.length === 1 || path.at(-1) !== SLASH;
}

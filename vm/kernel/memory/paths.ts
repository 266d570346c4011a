// Names in directories, as the kernel keeps paths: a name, and the directory that it is in. Where the borders of mounts are is unknown: all absolute paths
// lie in one.
import type { FileNode } from './nodes.ts';

/** A name in a directory. Without `parent` it is a root, its own parent; without `name` nothing is known of it. */
export interface DentryNode {
  readonly name: Uint8Array | undefined;
  readonly parent: DentryNode | undefined;
  /** The file that it was reached from. */
  file: FileNode | undefined;
}

const SLASH = 0x2f;
const DOT = 0x2e;
const ROOT_NAME = Uint8Array.of(SLASH);
/** @see include/uapi/linux/limits.h */
const PATH_MAX = 4096;
const NAME_MAX = 255;

/** The names of one event: each is one node, however it is reached. */
export class Paths {
  readonly root: DentryNode = { name: ROOT_NAME, parent: undefined, file: undefined };
  private readonly children = new Map<DentryNode, Map<string, DentryNode>>();
  private readonly others = new Map<string, DentryNode>();

  /** A new event. */
  clear(): void {
    this.root.file = undefined;
    if (this.children.size > 0) this.children.clear();
    if (this.others.size > 0) this.others.clear();
  }

  /**
   * The name at the end of a path, and through its parents the whole path. What stands for no path is a root of its own, and so is an unknown directory
   * that a relative path begins in. Undefined for what is longer than a path may be.
   */
  dentryOf(path: Uint8Array): DentryNode | undefined {
    if (path.length >= PATH_MAX) return undefined;
    if (path[0] !== SLASH && isPseudo(path)) return this.other(path, pseudoName(path));
    const steps: DentryNode[] = [path[0] === SLASH ? this.root : unknownDentry()];
    for (let from = 0; from < path.length;) {
      const slash = path.indexOf(SLASH, from);
      const to = slash < 0 ? path.length : slash;
      const name = path.subarray(from, to);
      from = to + 1;
      if (name.length > NAME_MAX) return undefined;
      if (isDots(name, 2)) {
        if (steps.length > 1) steps.pop();
      } else if (name.length > 0 && !isDots(name, 1)) {
        steps.push(this.child(steps.at(-1)!, name));
      }
    }
    return steps.at(-1);
  }

  private child(parent: DentryNode, name: Uint8Array): DentryNode {
    let names = this.children.get(parent);
    if (names === undefined) this.children.set(parent, (names = new Map()));
    return kept(names, name, () => ({ name, parent, file: undefined }));
  }

  private other(path: Uint8Array, name: Uint8Array | undefined): DentryNode {
    return kept(this.others, path, () => ({ name, parent: undefined, file: undefined }));
  }
}

function kept(nodes: Map<string, DentryNode>, text: Uint8Array, make: () => DentryNode): DentryNode {
  const key = String.fromCharCode(...text);
  let node = nodes.get(key);
  if (node === undefined) nodes.set(key, (node = make()));
  return node;
}

/** A name of which nothing is known. */
export function unknownDentry(): DentryNode {
  return { name: undefined, parent: undefined, file: undefined };
}

/** The root of the tree that a name is in. */
export function rootOf(dentry: DentryNode): DentryNode {
  let at = dentry;
  while (at.parent !== undefined) at = at.parent;
  return at;
}

/** A path from the root to a name; undefined where a part of it is unknown. */
export function pathOf(dentry: DentryNode): Uint8Array | undefined {
  const names: Uint8Array[] = [];
  let length = 0;
  let at = dentry;
  for (; at.parent !== undefined; at = at.parent) {
    names.unshift(at.name!);
    length += at.name!.length + 1;
  }
  if (at.name === undefined || names.length === 0) return at.name;
  const path = new Uint8Array(length);
  let end = 0;
  for (const name of names) {
    path[end] = SLASH;
    path.set(name, end + 1);
    end += name.length + 1;
  }
  return path;
}

const isDots = (name: Uint8Array, count: number): boolean =>
  name.length === count && name.every((byte) => byte === DOT);

const PSEUDO = /^(pipe|socket|anon_inode|net|mnt|uts|ipc|pid|user|cgroup|time):/;
const PSEUDO_CHARS = 16;
const ANON = 'anon_inode:';
const SOCKET = 'socket:';

/** True for what stands in the place of a path: 'pipe:[123]'. */
function isPseudo(path: Uint8Array): boolean {
  return PSEUDO.test(String.fromCharCode(...path.subarray(0, PSEUDO_CHARS)));
}

/**
 * The name that such a file has: '[eventpoll]' of 'anon_inode:[eventpoll]', none of pipes, whose path is made up when it is asked for. That of sockets is
 * their protocol's in the kernel's own words: unknown.
 * @see fs/anon_inodes.c, fs/pipe.c pipefs_dname, net/socket.c sockfs_dname
 */
function pseudoName(path: Uint8Array): Uint8Array | undefined {
  const isAnon = String.fromCharCode(...path.subarray(0, ANON.length)) === ANON;
  if (isAnon) return path.subarray(ANON.length);
  return String.fromCharCode(...path.subarray(0, SOCKET.length)) === SOCKET ? undefined : new Uint8Array(0);
}

// bpf(2) of the machine: maps and programs by fd, with the kernel's rules and errnos. What Linux returns as errno is returned as -errno.
import type { Bpf } from '../api.ts';
import { ERRNO } from '../errno.ts';
import { LoadError } from '../load-error.ts';
import { checkMapSpec, createMap } from '../maps/kinds.ts';
import { isFrozen, setFrozen } from '../maps/map.ts';
import { hasFlag, UPDATE_FLAGS } from '../maps/types.ts';
import type { LinearMemory } from '../memory/linear.ts';
import type { FdTarget, ObjectTable } from './objects.ts';
import { loadProg, type ProgAttr } from './prog-load.ts';

type MapFd = Extract<FdTarget, { kind: 'map' }>;

/** The commands over an object table; `cpus` is how many values a per-CPU map has. */
export function createBpf(objects: ObjectTable, memory: LinearMemory, cpus: number): Bpf {
  /** Runs `command` with the map of an fd, or answers why that cannot be. */
  const withMap = <T>(fd: number, keySize: number | undefined, command: (target: MapFd) => T): T | number => {
    const target = objects.target(fd);
    if (target === undefined) return -ERRNO.EBADF;
    if (target.kind !== 'map') return -ERRNO.EINVAL;
    // Linux reads key_size bytes at the key's address; bytes of another length would be read past their end there.
    if (keySize !== undefined && keySize !== target.map.spec.keySize) return -ERRNO.EINVAL;
    return command(target);
  };
  const mayWrite = ({ map, mayWrite }: MapFd): boolean => mayWrite && !isFrozen(memory, map);

  return {
    mapCreate(spec) {
      const refusal = checkMapSpec(spec);
      if (refusal !== undefined) return refusal.errno;
      const id = objects.nextMapId();
      const map = createMap(
        {
          memory,
          cpus,
          id,
          cells: objects.cells,
          progs: objects,
          maps: objects,
          released: (fields, at) => objects.released(fields, at),
        },
        spec,
      );
      if (typeof map === 'number') return map;
      return objects.addMap(map, !hasFlag(spec.flags, 'wronly'), !hasFlag(spec.flags, 'rdonly'));
    },
    progLoad(attr: ProgAttr, log?: string[]) {
      try {
        return loadProg(attr, objects, memory);
      } catch (error) {
        if (!(error instanceof LoadError)) throw error;
        log?.push(error.message);
        return error.errno;
      }
    },
    close: (fd) => objects.close(fd),
    mapFdById(id) {
      const map = objects.mapById(id);
      return map === undefined ? -ERRNO.ENOENT : objects.openMap(map);
    },
    progFdById(id) {
      const prog = objects.byId(id);
      return prog === undefined ? -ERRNO.ENOENT : objects.openProg(prog);
    },
    mapLookup: (fd, key) =>
      withMap(fd, key.length, ({ map, mayRead }) => (mayRead ? map.userLookup(key) : -ERRNO.EPERM)),
    mapUpdate: (fd, key, value, flags) =>
      withMap(fd, key.length, (target) => {
        if (!mayWrite(target)) return -ERRNO.EPERM;
        // Flags are 64 bits wide, the upper ones always refused; a lock is for maps whose values hold one, and there are none.
        const known = Number.isInteger(flags) && flags >= 0 && flags <= 0xffff_ffff;
        if (!known || (flags & UPDATE_FLAGS.lock) !== 0) return -ERRNO.EINVAL;
        if (value.length !== target.map.userValueSize) return -ERRNO.EINVAL;
        return target.map.userUpdate(key, value, flags);
      }),
    mapDelete: (fd, key) =>
      withMap(fd, key.length, (target) => (mayWrite(target) ? target.map.userRemove(key) : -ERRNO.EPERM)),
    mapNextKey: (fd, key) =>
      withMap(fd, key?.length, ({ map, mayRead }) => (mayRead ? map.nextKey(key) : -ERRNO.EPERM)),
    mapFreeze: (fd) =>
      withMap(fd, undefined, (target) => {
        if (!mayWrite(target)) return -ERRNO.EPERM;
        setFrozen(memory, target.map);
        return 0;
      }),
  };
}

// bpf(2) of the machine: maps and programs by fd, with the kernel's rules and errnos. What Linux returns as errno is returned as -errno.
import type { Bpf } from '../api.ts';
import { ERRNO } from '../errno.ts';
import { LoadError } from '../load-error.ts';
import { createArray } from '../maps/array.ts';
import { createHash } from '../maps/hash.ts';
import { checkMapSpec, isFrozen, setFrozen, type KernelMap, type MapContext } from '../maps/map.ts';
import { createPercpuArray } from '../maps/percpu-array.ts';
import { createProgArray, type ProgTable } from '../maps/prog-array.ts';
import { hasFlag, mapTypeRow, UPDATE_FLAGS, type MapKind } from '../maps/types.ts';
import type { LinearMemory } from '../memory/linear.ts';
import type { MapSpec } from '../object.ts';
import type { FdTarget, ObjectTable } from './objects.ts';
import { loadProg, type ProgAttr } from './prog-load.ts';

type MapFd = Extract<FdTarget, { kind: 'map' }>;

/** How each kind is made. */
const CREATE = {
  array: createArray,
  hash: createHash,
  percpu_array: createPercpuArray,
  prog_array: createProgArray,
} as const satisfies Record<
  MapKind,
  (context: MapContext, spec: MapSpec, progs: ProgTable) => KernelMap | number
>;

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
      const kind = mapTypeRow(spec.type)!.kind!; // checkMapSpec has refused others
      const map = CREATE[kind]({ memory, cpus, id: objects.nextMapId() }, spec, objects);
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

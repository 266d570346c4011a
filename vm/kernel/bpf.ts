// bpf(2) of the machine: maps and programs by fd, with the kernel's rules and errnos. What Linux returns as errno is returned as -errno.
import type { Bpf } from '../api.ts';
import { ERRNO } from '../errno.ts';
import { LoadError } from '../load-error.ts';
import { checkMapSpec, createMap } from '../maps/kinds.ts';
import type { KernelMap } from '../maps/map.ts';
import { hasFlag } from '../maps/types.ts';
import type { LinearMemory } from '../memory/linear.ts';
import type { MapSpec, ValueField } from '../object.ts';
import { createBufferCalls } from './buffers.ts';
import { createMapCommands } from './map-commands.ts';
import type { ObjectTable } from './objects.ts';
import { printLog } from '../verifier/print.ts';
import { loadProg, type ProgAttr, type VerifierSwitch } from './prog-load.ts';

/** The commands over an object table; `cpus` is how many values a per-CPU map has. */
export function createBpf(
  objects: ObjectTable,
  memory: LinearMemory,
  cpus: number,
  verifier: VerifierSwitch,
): Bpf {
  /** Runs `create` with the map that inner maps are to be like, or -errno: that of an fd, or one made of the spec for as long as this takes. */
  const withInner = (
    inner: MapSpec | undefined,
    fd: number | undefined,
    create: (inner: KernelMap | number) => number,
  ): number => {
    if (fd !== undefined) return create(objects.mapByFd(fd));
    if (inner === undefined) return create(-ERRNO.EINVAL);
    const shown = mapCreate(inner);
    if (shown < 0) return shown;
    const outer = create(objects.mapByFd(shown));
    objects.close(shown);
    return outer;
  };
  const mapCreate = (spec: MapSpec, innerFd?: number): number => {
    const refusal = checkMapSpec(spec);
    if (refusal !== undefined) return refusal.errno;
    return withInner(spec.inner, innerFd, (inner) => {
      const context = {
        memory,
        cpus,
        id: objects.nextMapId(),
        cells: objects.cells,
        progs: objects,
        maps: objects,
        files: objects,
        inner,
        released: (fields: readonly ValueField[], at: number) => objects.released(fields, at),
      };
      const map = createMap(context, spec);
      if (typeof map === 'number') return map;
      return objects.addMap(map, !hasFlag(spec.flags, 'wronly'), !hasFlag(spec.flags, 'rdonly'));
    });
  };

  return {
    ...createMapCommands(objects, memory),
    ...createBufferCalls(objects, memory, cpus),
    mapCreate,
    progLoad(attr: ProgAttr, log?: string[]) {
      try {
        return loadProg(attr, objects, memory, verifier);
      } catch (error) {
        if (!(error instanceof LoadError)) throw error;
        if (error.refused === undefined) log?.push(error.message);
        else log?.push(...printLog(error.refused.input, error.refused.verdict));
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
  };
}

// stack_trace and task_storage: what is known of tasks.
import { loadText, pointOf, rig, u32, u64s } from '../../../support/machine.ts';
import { hexOfU32, indices, modelSide, realSide, type MapProperty, type Step } from './property.ts';

const [ENOENT, E2BIG, EEXIST, EFAULT] = [-2, -7, -17, -14] as const;
const NOEXIST = 1;
const EXIST = 2;

/** BPF_F_USER_STACK, and what to do with two stacks of one id: compare hashes only, replace. */
const USER = 0x100;
const REUSE = 0x400;
const BUCKETS = 4;

/** At sys_enter: puts the user stack into m with the flags in the call's number, and keeps the answer. */
const PUT = `.map m stack_trace key=4 value=32 entries=${BUCKETS}
.map out array key=4 value=8 entries=1
.section "raw_tp/sys_enter"
main:
  r3 = *(u64 *)(r1 + 8)
  r2 = map[m] ll
  call get_stackid
  r1 = mapval[out] ll
  *(u64 *)(r1 + 0) = r0
  r0 = 0
  exit`;

/** A few stacks, one of them longer than a value, one unknown. */
const stackOf = (value: number): readonly bigint[] | undefined =>
  value === 0 ? undefined : Array.from({ length: value }, (_, i) => 0x1000n * BigInt(value) + BigInt(i));
/** A value of the map that holds a stack. */
const shown = (value: number | undefined): string | number =>
  value === undefined ? ENOENT : [...stackOf(value)!, 0n, 0n, 0n, 0n].slice(0, 4).join(' ');
const number = ({ key }: Step): number => Buffer.from(key, 'hex').readUInt32LE();
const firstOf = (value: Uint8Array | number): string | number =>
  typeof value === 'number' ? value : u64s(value).join(' ');

/** What ids stacks have is the hash's business: each stack of the few gets it from a map of its own. */
const IDS: readonly number[] = Array.from({ length: 6 }, (_, value) => stackRig().put(value, USER));

function stackRig() {
  const { machine } = rig();
  const object = loadText(machine, PUT);
  machine.attachAll(object);
  const [stacks, out] = object.maps;
  const put = (value: number, flags: number): number => {
    machine.enter({ ...pointOf({ nr: flags }), userStack: stackOf(value % 6) });
    return Number(BigInt.asIntN(64, u64s(out!.lookup(u32(0)))[0]!));
  };
  return { machine, stacks: stacks!, put };
}

const STACK_TRACE: MapProperty = {
  title: 'a plain table of stacks by id',
  whats: ['put', 'put', 'put', 'put', 'lookup', 'remove', 'take', 'keys'],
  keys: indices(BUCKETS + 1),
  flags: [USER, USER, USER | REUSE],
  real() {
    const { machine, stacks, put } = stackRig();
    return realSide(machine, {
      put: ({ value, flags }) => put(value, flags),
      lookup: ({ key }) => firstOf(stacks.lookup(Buffer.from(key, 'hex'))),
      remove: ({ key }) => stacks.delete(Buffer.from(key, 'hex')),
      take: ({ key }) => firstOf(stacks.lookupAndDelete(Buffer.from(key, 'hex'))),
      keys() {
        const keys: string[] = [];
        for (let key = stacks.nextKey(undefined); typeof key !== 'number'; key = stacks.nextKey(key))
          keys.push(Buffer.from(key).toString('hex'));
        return keys;
      },
    });
  },
  model() {
    return modelSide(new Map<number, number>(), {
      put(buckets, { value, flags }) {
        const stack = value % 6;
        if (stack === 0) return EFAULT;
        const id = IDS[stack]!;
        const there = buckets.get(id);
        if (there === undefined || there === stack) buckets.set(id, stack);
        else if ((flags & REUSE) === 0) return EEXIST;
        // The new stack takes an unused element before the old one gives its up.
        else if (buckets.size === BUCKETS) return -12;
        else buckets.set(id, stack);
        return id;
      },
      lookup: (buckets, step) => shown(buckets.get(number(step))),
      remove(buckets, step) {
        if (number(step) >= BUCKETS) return E2BIG;
        return buckets.delete(number(step)) ? 0 : ENOENT;
      },
      take(buckets, step) {
        const stack = shown(buckets.get(number(step)));
        buckets.delete(number(step));
        return stack;
      },
      keys: (buckets) => [...buckets.keys()].toSorted((a, b) => a - b).map(hexOfU32),
    });
  },
};

/** At sys_enter: the call's number says what to do with the value of the task: read it, or make and set it, or remove it. */
const STORE = `.map m task_storage key=4 value=8 entries=0 flags=no_prealloc
.map out array key=4 value=8 entries=1
.section "raw_tp/sys_enter"
main:
  r7 = *(u64 *)(r1 + 8)
  call get_current_task_btf
  r1 = map[m] ll
  r2 = r0
  if r7 == 1000 goto remove
  r3 = 0
  r4 = 0
  if r7 == 1001 goto get
  r4 = 1
get:
  call task_storage_get
  r6 = -2
  if r0 == 0 goto out
  if r7 == 1001 goto read
  *(u64 *)(r0 + 0) = r7
read:
  r6 = *(u64 *)(r0 + 0)
  goto out
remove:
  call task_storage_delete
  r6 = r0
out:
  r1 = mapval[out] ll
  *(u64 *)(r1 + 0) = r6
  r0 = 0
  exit`;

const TASKS = 40;
const REMOVE = 1000;
const READ = 1001;

const removed = (tasks: Map<number, number>, step: Step): number => (tasks.delete(number(step)) ? 0 : ENOENT);

const TASK_STORAGE: MapProperty = {
  title: 'a plain table of values by thread',
  whats: ['make', 'make', 'make', 'read', 'remove', 'user set', 'user get', 'user remove', 'entries'],
  keys: indices(TASKS),
  flags: [0, 0, 1, 2],
  real() {
    const { machine } = rig();
    const object = loadText(machine, STORE);
    machine.attachAll(object);
    const [map, out] = object.maps;
    const { bpf } = machine;
    const run = (step: Step, nr: number): number => {
      machine.enter(pointOf({ tid: number(step) + 1, nr }));
      return Number(BigInt.asIntN(64, u64s(out!.lookup(u32(0)))[0]!));
    };
    const withFd = <T>(step: Step, ask: (key: Uint8Array) => T): T => {
      const fd = bpf.pidfdOpen(number(step) + 1);
      const answer = ask(u32(fd));
      bpf.close(fd);
      return answer;
    };
    return realSide(machine, {
      make: (step) => run(step, step.value),
      read: (step) => run(step, READ),
      remove: (step) => run(step, REMOVE),
      'user set': (step) =>
        withFd(step, (key) => map!.update(key, Uint8Array.of(step.value, 0, 0, 0, 0, 0, 0, 0), step.flags)),
      'user get': (step) => firstOf(withFd(step, (key) => map!.lookup(key))),
      'user remove': (step) => withFd(step, (key) => map!.delete(key)),
      entries: () => map!.entries,
    });
  },
  model() {
    return modelSide(new Map<number, number>(), {
      make(tasks, step) {
        tasks.set(number(step), step.value);
        return step.value;
      },
      read: (tasks, step) => tasks.get(number(step)) ?? ENOENT,
      remove: removed,
      'user set'(tasks, step) {
        const isThere = tasks.has(number(step));
        if (isThere && step.flags === NOEXIST) return EEXIST;
        if (!isThere && step.flags === EXIST) return ENOENT;
        tasks.set(number(step), step.value);
        return 0;
      },
      'user get': (tasks, step) => tasks.get(number(step))?.toString() ?? ENOENT,
      'user remove': removed,
      entries: (tasks) => tasks.size,
    });
  },
};

export const TASK_MAPS = { stack_trace: [STACK_TRACE], task_storage: [TASK_STORAGE] } as const;

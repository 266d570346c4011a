// Which programs are attached to which hooks, and what runs at a point: the stages of a call, sorted once for each change.
import type { RunEvent } from '../interp/host.ts';
import type { HookPlace } from './hooks.ts';
import type { SyscallPoint } from './point.ts';
import type { KernelProg } from './prog.ts';
import { callKey, type CallKey } from './syscalls.ts';

/** One attachment. It never changes. */
export interface Link {
  readonly prog: KernelProg;
  /** None: the hook is one that recordings never come to, or a socket. */
  readonly places: readonly HookPlace[];
  /** What `Prog.attached` shows: each once. */
  readonly names: readonly string[];
  /** The program filters the packets of a socket of its own. */
  readonly takesPackets: boolean;
  readonly cookie: bigint;
  /** Why the program is never run by it. */
  readonly idle?: string | undefined;
}

/** A place and the programs that run there. */
export interface Stage {
  readonly place: HookPlace;
  readonly runs: readonly { readonly prog: KernelProg; readonly event: RunEvent }[];
}

type Phase = HookPlace['at'];

interface Plan {
  /** Stages of a call that no hook asks for by name. */
  readonly always: readonly Stage[];
  /** Stages, those of `always` among them, of the calls that hooks ask for. */
  readonly byCall: ReadonlyMap<CallKey, readonly Stage[]>;
}

const NO_PLAN: Plan = { always: [], byCall: new Map() };

/** The attachments of one machine, in the order in which they were made. */
export class Attachments {
  private links: readonly Link[] = [];
  private filterProgs: readonly KernelProg[] = [];
  private plans: Readonly<Record<Phase, Plan>> = { enter: NO_PLAN, exit: NO_PLAN };

  add(link: Link): void {
    this.set([...this.links, link]);
  }

  /** Ends all attachments of a program: how many there were. */
  remove(prog: KernelProg): number {
    const rest = this.links.filter((link) => link.prog !== prog);
    const ended = this.links.length - rest.length;
    if (ended > 0) this.set(rest);
    return ended;
  }

  of(prog: KernelProg): readonly Link[] {
    return this.links.filter((link) => link.prog === prog);
  }

  /** Whether a program is attached to a hook. */
  has(prog: KernelProg, name: string, at: Phase): boolean {
    return this.of(prog).some(({ places }) => places.some((place) => place.name === name && place.at === at));
  }

  /** The programs that filter packets. */
  get filters(): readonly KernelProg[] {
    return this.filterProgs;
  }

  listens(at: Phase | 'packet'): boolean {
    if (at === 'packet') return this.filterProgs.length > 0;
    const { always, byCall } = this.plans[at];
    return always.length > 0 || byCall.size > 0;
  }

  /** What runs at a point, in order. */
  stages(at: Phase, point: SyscallPoint): readonly Stage[] {
    const { always, byCall } = this.plans[at];
    if (byCall.size === 0 || point.nr < 0) return always;
    return byCall.get(callKey(point.audit, point.nr)) ?? always;
  }

  save(): readonly Link[] {
    return this.links;
  }

  restore(links: readonly Link[]): void {
    if (links !== this.links) this.set(links);
  }

  private set(links: readonly Link[]): void {
    this.links = links;
    this.filterProgs = links.filter(({ takesPackets }) => takesPackets).map(({ prog }) => prog);
    this.plans = { enter: planOf(links, 'enter'), exit: planOf(links, 'exit') };
  }
}

/** One program at one place. */
interface Seat {
  readonly place: HookPlace;
  readonly prog: KernelProg;
  readonly event: RunEvent;
}

function planOf(links: readonly Link[], at: Phase): Plan {
  const seats = links.flatMap(seatsOf).filter(({ place }) => place.at === at);
  const turn = turnsOf(seats);
  seats.sort((a, b) => a.place.rank - b.place.rank || turn(a) - turn(b)); // stable: the order of attachment among equals
  const byKey = new Map<CallKey, Seat[]>();
  for (const { place } of seats) {
    if (place.calls !== 'all') for (const key of place.calls) byKey.set(key, []);
  }
  for (const seat of seats) {
    const keys = seat.place.calls === 'all' ? byKey.keys() : seat.place.calls;
    for (const key of keys) byKey.get(key)!.push(seat);
  }
  const always = stagesOf(seats.filter(({ place }) => place.calls === 'all'));
  return { always, byCall: new Map([...byKey].map(([key, own]) => [key, stagesOf(own)])) };
}

/** Whose turn is when: in the order of attachment, of a group where its first is. */
function turnsOf(seats: readonly Seat[]): (seat: Seat) => number {
  const turns = new Map<Seat | string, number>();
  for (const [i, seat] of seats.entries()) {
    const key = seat.place.group ?? seat;
    if (!turns.has(key)) turns.set(key, i);
  }
  return (seat) => turns.get(seat.place.group ?? seat) ?? 0;
}

function seatsOf({ prog, places, cookie }: Link): Seat[] {
  return places.map((place) => {
    const { event } = place;
    return { place, prog, event: { ...event, probe: { ...event.probe, cookie } } };
  });
}

/** Neighbours with the same ctx are filled once. */
function stagesOf(seats: readonly Seat[]): readonly Stage[] {
  const stages: { place: HookPlace; runs: { prog: KernelProg; event: RunEvent }[] }[] = [];
  for (const { place, prog, event } of seats) {
    const last = stages.at(-1);
    const isSame = last !== undefined && last.place.rank === place.rank && last.place.name === place.name;
    if (isSame && last.runs[0]?.prog.type === prog.type) last.runs.push({ prog, event });
    else stages.push({ place, runs: [{ prog, event }] });
  }
  return stages;
}

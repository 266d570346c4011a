// Which programs are attached to which hooks, and what runs at a point: the stages of a call, sorted once for each change.
import type { RunEvent } from '../interp/host.ts';
import type { EventName, EventPoint } from './event-point.ts';
import type { CallPlace, EventPlace, HookPlace } from './hooks.ts';
import type { PacketHook } from './net/packet-hooks.ts';
import type { PacketSeat } from './net/packet-path.ts';
import type { SyscallPoint } from './point.ts';
import type { KernelProg } from './prog.ts';
import { callKey, type CallKey } from './syscalls.ts';

/** One attachment. It never changes. */
export interface Link {
  readonly prog: KernelProg;
  /** None: the hook is one that recordings never come to, or one of packets. */
  readonly places: readonly HookPlace[];
  /** What `Prog.attached` shows: each once. */
  readonly names: readonly string[];
  /** Where the program meets packets. */
  readonly packets?: PacketHook | undefined;
  readonly cookie: bigint;
  /** Why the program is never run by it. */
  readonly idle?: string | undefined;
}

/** A place and the programs that run there. */
export interface Stage<Place extends HookPlace = CallPlace> {
  readonly place: Place;
  readonly runs: readonly { readonly prog: KernelProg; readonly event: RunEvent }[];
}

type Phase = CallPlace['at'];

/** Stages of one phase. */
export interface CallStages {
  /** Stages of a call that no hook asks for by name. */
  readonly always: readonly Stage[];
  /** Stages, those of `always` among them, of the calls that hooks ask for. */
  readonly byCall: ReadonlyMap<CallKey, readonly Stage[]>;
}
type EventStages = ReadonlyMap<EventName, readonly Stage<EventPlace>[]>;

const NO_PLAN: CallStages = { always: [], byCall: new Map() };

/** The attachments of one machine, in the order in which they were made. */
export class Attachments {
  private links: readonly Link[] = [];
  private packetSeats: readonly PacketSeat[] = [];
  private plans: Readonly<Record<Phase, CallStages>> = { enter: NO_PLAN, exit: NO_PLAN };
  private events: EventStages = new Map();

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
  has(prog: KernelProg, name: string, at: HookPlace['at']): boolean {
    return this.of(prog).some(({ places }) => places.some((place) => place.name === name && place.at === at));
  }

  /** The programs that packets come to: in the order of attachment, those of tcx before the others, as they stand before a queueing discipline. */
  get packets(): readonly PacketSeat[] {
    return this.packetSeats;
  }

  listens(at: Phase | 'packet' | 'event'): boolean {
    if (at === 'packet') return this.packetSeats.length > 0;
    if (at === 'event') return this.events.size > 0;
    const { always, byCall } = this.plans[at];
    return always.length > 0 || byCall.size > 0;
  }

  /** What runs at a point, in order. */
  stages(at: Phase, point: SyscallPoint): readonly Stage[] {
    const { always, byCall } = this.plans[at];
    if (byCall.size === 0 || point.nr < 0) return always;
    return byCall.get(callKey(point.audit, point.nr)) ?? always;
  }

  /** What runs at all points of calls. */
  get stagesByCall(): Readonly<Record<Phase, CallStages>> {
    return this.plans;
  }

  /** What runs at an event, in order. */
  eventStages({ event }: EventPoint): readonly Stage<EventPlace>[] {
    return this.events.get(event) ?? [];
  }

  save(): readonly Link[] {
    return this.links;
  }

  restore(links: readonly Link[]): void {
    if (links !== this.links) this.set(links);
  }

  private set(links: readonly Link[]): void {
    this.links = links;
    const seats = links.flatMap(({ prog, packets }) =>
      packets === undefined ? [] : [{ prog, hook: packets }],
    );
    this.packetSeats = seats.toSorted(
      (a, b) => Number(b.hook.isTcx ?? false) - Number(a.hook.isTcx ?? false),
    );
    this.plans = { enter: planOf(links, 'enter'), exit: planOf(links, 'exit') };
    this.events = eventsOf(links);
  }
}

/** One program at one place. */
interface Seat<Place extends HookPlace> {
  readonly place: Place;
  readonly prog: KernelProg;
  readonly event: RunEvent;
}

function planOf(links: readonly Link[], at: Phase): CallStages {
  const seats = seatsOf(links, (place): place is CallPlace => place.at === at);
  const byKey = new Map<CallKey, Seat<CallPlace>[]>();
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

function eventsOf(links: readonly Link[]): EventStages {
  const seats = seatsOf(links, (place): place is EventPlace => place.at !== 'enter' && place.at !== 'exit');
  const byEvent = Map.groupBy(seats, ({ place }) => place.at);
  return new Map([...byEvent].map(([event, own]) => [event, stagesOf(own)]));
}

/** The programs at places of a kind, in the order in which they run. */
function seatsOf<Place extends HookPlace>(
  links: readonly Link[],
  isWanted: (place: HookPlace) => place is Place,
): Seat<Place>[] {
  const seats = links.flatMap(({ prog, places, cookie }) =>
    places.filter(isWanted).map((place): Seat<Place> => {
      const { event } = place;
      return { place, prog, event: { ...event, probe: { ...event.probe, cookie } } };
    }),
  );
  const turn = turnsOf(seats);
  return seats.toSorted((a, b) => a.place.rank - b.place.rank || turn(a) - turn(b)); // stable: the order of attachment among equals
}

/** Whose turn is when: in the order of attachment, of a group where its first is. */
function turnsOf<Place extends HookPlace>(seats: readonly Seat<Place>[]): (seat: Seat<Place>) => number {
  const turns = new Map<Seat<Place> | string, number>();
  for (const [i, seat] of seats.entries()) {
    const key = seat.place.group ?? seat;
    if (!turns.has(key)) turns.set(key, i);
  }
  return (seat) => turns.get(seat.place.group ?? seat) ?? 0;
}

/** Neighbours with the same ctx are filled once. */
function stagesOf<Place extends HookPlace>(seats: readonly Seat<Place>[]): readonly Stage<Place>[] {
  const stages: { place: Place; runs: { prog: KernelProg; event: RunEvent }[] }[] = [];
  for (const { place, prog, event } of seats) {
    const last = stages.at(-1);
    const isSame = last !== undefined && last.place.rank === place.rank && last.place.name === place.name;
    if (isSame && last.runs[0]?.prog.type === prog.type) last.runs.push({ prog, event });
    else stages.push({ place, runs: [{ prog, event }] });
  }
  return stages;
}

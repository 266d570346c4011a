// The drawing clock, on a clock of the test's own.
import { expect, test } from 'vitest';
import { createScheduler, type DrawClock, type Scene } from '../../frontend/src/charts/scheduler.ts';
import { createAnnouncer } from '../../frontend/src/components/announcer.ts';

const MOVING: Scene = { still: false, epoch: 1 };
const STILL: Scene = { still: true, epoch: 1 };

interface Hands extends DrawClock {
  /** Lets time pass; what is due runs in order. An animation frame comes 16 ms after it was asked for. */
  pass(ms: number): void;
  frames: number;
}

function makeClock(): Hands {
  let time = 0;
  const waiting: { at: number; run: () => void }[] = [];
  const clock: Hands = {
    frames: 0,
    now: () => time,
    frame: (run) => {
      waiting.push({
        at: time + 16,
        run: () => {
          clock.frames++;
          run();
        },
      });
    },
    later: (delayMs, run) => void waiting.push({ at: time + delayMs, run }),
    pass: (ms) => {
      const end = time + ms;
      for (;;) {
        waiting.sort((a, b) => a.at - b.at);
        if (waiting.length === 0 || waiting[0]!.at > end) break;
        const { at, run } = waiting.shift()!;
        time = at;
        run();
      }
      time = end;
    },
  };
  return clock;
}

test('draws each client at its own rate, however often the state changes', () => {
  const clock = makeClock();
  const scheduler = createScheduler(clock, () => undefined);
  const drawn = { fast: 0, slow: 0 };
  scheduler.add({ hz: 5, draw: () => drawn.fast++ });
  scheduler.add({ hz: 1, draw: () => drawn.slow++ });
  for (let ms = 0; ms < 10_000; ms += 20) {
    scheduler.changed(MOVING);
    clock.pass(20);
  }
  expect(drawn.fast).toBeGreaterThan(40);
  expect(drawn.fast).toBeLessThanOrEqual(51);
  expect(drawn.slow).toBeGreaterThanOrEqual(9);
  expect(drawn.slow).toBeLessThanOrEqual(11);
});

test('does not wake up when nothing changes', () => {
  const clock = makeClock();
  const scheduler = createScheduler(clock, () => undefined);
  scheduler.add({ hz: 5, draw: () => undefined });
  clock.pass(1000);
  const { frames } = clock;
  clock.pass(60_000);
  expect(clock.frames).toBe(frames);
});

test('a slow client that waits does not hold up a quick one', () => {
  const clock = makeClock();
  const scheduler = createScheduler(clock, () => undefined);
  const at: number[] = [];
  scheduler.add({ hz: 0.1, draw: () => undefined });
  scheduler.add({ hz: 10, draw: () => at.push(clock.now()) });
  clock.pass(1000);
  scheduler.changed(MOVING);
  clock.pass(50);
  expect(at.at(-1)).toBe(1016);
});

test('while the clock runs, what is out of view waits until it comes into view', () => {
  const clock = makeClock();
  const scheduler = createScheduler(clock, () => undefined);
  let drawn = 0;
  const handle = scheduler.add({ hz: 5, draw: () => drawn++ });
  clock.pass(100);
  handle.setVisible(false);
  scheduler.changed(MOVING);
  clock.pass(5000);
  expect(drawn).toBe(1);
  handle.setVisible(true);
  clock.pass(100);
  expect(drawn).toBe(2);
});

test('when nothing moves any more, what is out of view is drawn too', () => {
  const clock = makeClock();
  const scheduler = createScheduler(clock, () => undefined);
  let drawn = 0;
  scheduler.add({ hz: 5, draw: () => drawn++ }).setVisible(false);
  clock.pass(1000);
  scheduler.changed(STILL);
  clock.pass(1000);
  expect(drawn).toBe(2);
});

test('where nothing moves it is quiet when all is drawn', () => {
  const clock = makeClock();
  let quiet = false;
  const scheduler = createScheduler(clock, (now) => {
    quiet = now;
  });
  scheduler.add({ hz: 5, draw: () => undefined });
  expect(quiet).toBe(false);
  clock.pass(100);
  expect(quiet).toBe(true);
  scheduler.changed(STILL);
  expect(quiet).toBe(false);
  clock.pass(300);
  expect(quiet).toBe(true);
});

test('while the clock runs it is quiet once every visible client has drawn something of this epoch', () => {
  const clock = makeClock();
  let quiet = false;
  const scheduler = createScheduler(clock, (now) => {
    quiet = now;
  });
  scheduler.add({ hz: 5, draw: () => undefined });
  scheduler.add({ hz: 1, draw: () => undefined });
  clock.pass(100);
  scheduler.changed(MOVING);
  expect(quiet).toBe(false);
  clock.pass(300);
  scheduler.changed(MOVING);
  expect(quiet).toBe(false);
  clock.pass(1000);
  scheduler.changed(MOVING);
  expect(quiet).toBe(true);
  scheduler.changed({ ...MOVING, epoch: 2 });
  expect(quiet).toBe(false);
});

test('the live region speaks at most once in 3 s, and then says the last word', () => {
  const clock = makeClock();
  const announcer = createAnnouncer(clock.later);
  announcer.say('playing');
  announcer.say('paused');
  announcer.say('ended');
  expect(announcer.text.value).toBe('playing');
  clock.pass(2999);
  expect(announcer.text.value).toBe('playing');
  clock.pass(1);
  expect(announcer.text.value).toBe('ended');
});

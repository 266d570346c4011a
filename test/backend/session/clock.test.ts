// The replay clock against a wall clock of the test's own.
import { describe, expect, test } from 'vitest';
import { createClock } from '../../../backend/session/clock.ts';

const DURATION_NS = 60e9;

describe('a clock', () => {
  test('stands at 0 until it is played', () => {
    const clock = createClock(DURATION_NS, 1);
    expect(clock.targetNs(5000)).toBe(0);
    expect(clock.state).toBe('paused');
  });

  test.each([
    { speed: 0.1, wallMs: 1000, atNs: 0.1e9 },
    { speed: 1, wallMs: 1000, atNs: 1e9 },
    { speed: 10, wallMs: 1000, atNs: 10e9 },
    { speed: 1000, wallMs: 50, atNs: 50e9 },
  ])('at $speed x is $atNs ns further after $wallMs ms', ({ speed, wallMs, atNs }) => {
    const clock = createClock(DURATION_NS, speed);
    clock.play(0, 100);
    expect(clock.targetNs(100 + wallMs)).toBeCloseTo(atNs, 0);
  });

  test('lets all the rest be due when the recording is over, and at speed 0 at once', () => {
    const clock = createClock(DURATION_NS, 1);
    clock.play(0, 0);
    expect(clock.targetNs(60_000)).toBe(Infinity);
    const fast = createClock(DURATION_NS, 0);
    fast.play(0, 0);
    expect(fast.targetNs(0)).toBe(Infinity);
  });

  test('goes on from where a change of speed came, at the new speed', () => {
    const clock = createClock(DURATION_NS, 1);
    clock.play(0, 0);
    clock.setSpeed(10, 2e9, 2000);
    expect(clock.targetNs(3000)).toBe(12e9);
  });

  test('stands still while paused, however long', () => {
    const clock = createClock(DURATION_NS, 1);
    clock.play(0, 0);
    clock.pause(3e9);
    expect(clock.targetNs(1e6)).toBe(3e9);
    clock.play(3e9, 1e6);
    expect(clock.targetNs(1e6 + 1000)).toBe(4e9);
  });
});

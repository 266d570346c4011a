// Dark or light: as the system says, until the person says otherwise; that is remembered.
import { computed, effect, signal } from '@preact/signals';
import { type ChartColors, readColors } from '../charts/colors.ts';

export const THEMES = ['auto', 'dark', 'light'] as const;
export type Theme = (typeof THEMES)[number];

const STORED = 'tailscope.theme';
const systemDark = matchMedia('(prefers-color-scheme: dark)');
const forced = matchMedia('(forced-colors: active)');

/** What the person chose. */
export const theme = signal<Theme>(recall());
// Rises when the system's wish changes, so that colours are read anew.
const systemChanges = signal(0);
for (const query of [systemDark, forced])
  query.addEventListener('change', () => {
    systemChanges.value += 1;
  });

effect(() => {
  document.documentElement.dataset['theme'] = theme.value;
});

/** Colours of the canvases in the theme as it is now. */
export const colors = computed<ChartColors>(() => {
  // Read for their own sake: either may change what the style sheet says.
  document.documentElement.dataset['theme'] = theme.value;
  void systemChanges.value;
  const dark = theme.value === 'auto' || forced.matches ? systemDark.matches : theme.value === 'dark';
  return readColors(document.body, dark ? 'dark' : 'light');
});

/** Chooses a theme and remembers it, where the browser lets a page remember. */
export function chooseTheme(next: Theme): void {
  theme.value = next;
  try {
    localStorage.setItem(STORED, next);
  } catch {
    // Storage is switched off: the choice holds as long as the page.
  }
}

function recall(): Theme {
  try {
    const stored = localStorage.getItem(STORED);
    return THEMES.find((name) => name === stored) ?? 'auto';
  } catch {
    return 'auto';
  }
}

/** True when the person asked for less motion: pictures then change once a second. */
const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** Draws a second for a picture that could do `hz`. */
export function drawRate(hz: number): number {
  return calm.matches ? Math.min(1, hz) : hz;
}

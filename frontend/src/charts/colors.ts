// Colours for canvases. They live in the style sheet (tokens.css); this reads them as the browser computed them for the theme.
import { CATEGORY_NAMES } from '../../../traces/index.ts';
import type { Ground } from './palette.ts';

/** Colours as CSS text that a canvas takes. */
export interface ChartColors {
  readonly ground: Ground;
  readonly text: string;
  readonly faint: string;
  readonly grid: string;
  readonly accent: string;
  readonly error: string;
  readonly panel: string;
  /** By category code. */
  readonly categories: readonly string[];
  readonly packets: string;
  readonly font: string;
}

/** Reads the tokens as they hold at `element`; `ground` says which of the themes that is. */
export function readColors(element: Element, ground: Ground): ChartColors {
  const probe = document.createElement('i');
  probe.style.forcedColorAdjust = 'none';
  element.append(probe);
  const computed = getComputedStyle(probe);
  const color = (token: string): string => {
    probe.style.color = `var(--${token})`;
    return computed.color;
  };
  const colors: ChartColors = {
    ground,
    text: color('text'),
    faint: color('text-soft'),
    grid: color('hairline'),
    accent: color('accent'),
    error: color('error'),
    panel: color('panel'),
    categories: CATEGORY_NAMES.map((name) => color(`cat-${name}`)),
    packets: color('packets'),
    font: computed.fontFamily,
  };
  probe.remove();
  return colors;
}

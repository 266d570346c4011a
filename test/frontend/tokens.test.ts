// The colours of both themes can be told from what they stand on.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CATEGORY_NAMES } from '../../traces/index.ts';
import { contrast, type Rgb } from './contrast.ts';

const CSS = readFileSync(new URL('../../frontend/src/styles/tokens.css', import.meta.url), 'utf8');
const THEMES = ['light', 'dark'] as const;

function color(name: string, theme: (typeof THEMES)[number]): Rgb {
  const pair = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(CSS);
  if (pair === null) throw new Error(`no colour --${name} in tokens.css`);
  const hex = Number.parseInt(pair[theme === 'light' ? 1 : 2]!.slice(1), 16);
  return [hex >> 16, (hex >> 8) & 0xff, hex & 0xff];
}

const TEXTS = [
  ['text', 'page'],
  ['text', 'panel'],
  ['text', 'raised'],
  ['text', 'accent-wash'],
  ['text', 'error-wash'],
  ['text', 'warn-wash'],
  ['text-soft', 'page'],
  ['text-soft', 'panel'],
  ['text-soft', 'raised'],
  ['text-soft', 'sunken'],
  ['text-soft', 'error-wash'],
  ['text-soft', 'accent-wash'],
  ['accent', 'panel'],
  ['on-accent', 'accent'],
  ['error', 'panel'],
  ['error', 'sunken'],
] as const;
const GRAPHICS = [
  ...CATEGORY_NAMES.map((name) => [`cat-${name}`, 'panel'] as const),
  ...CATEGORY_NAMES.map((name) => [`cat-${name}`, 'sunken'] as const),
  ['heat', 'raised'],
  ['heat', 'accent-wash'],
  ['edge', 'panel'],
  ['edge', 'page'],
  ['accent', 'sunken'],
  ['error', 'sunken'],
] as const;

for (const theme of THEMES) {
  test.each(TEXTS)(`${theme}: text in %s on %s has 4.5:1`, (front, ground) => {
    expect(contrast(color(front, theme), color(ground, theme))).toBeGreaterThanOrEqual(4.5);
  });
  test.each(GRAPHICS)(`${theme}: shapes in %s on %s have 3:1`, (front, ground) => {
    expect(contrast(color(front, theme), color(ground, theme))).toBeGreaterThanOrEqual(3);
  });
}

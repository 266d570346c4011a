// The page's icons: outlines on a 16 by 16 grid, drawn in the colour of the text around them.

const PATHS = {
  play: 'M4.5 2.8v10.4l8.6-5.2z',
  pause: 'M4 3h2.8v10H4zM9.2 3H12v10H9.2z',
  restart: 'M3 3h1.8v10H3zM13.2 3v10L5.6 8z',
  minus: 'M3 7.2h10v1.6H3z',
  plus: 'M7.2 3h1.6v4.2H13v1.6H8.8V13H7.2V8.8H3V7.2h4.2z',
  close: 'M4.1 3 8 6.9 11.9 3 13 4.1 9.1 8l3.9 3.9-1.1 1.1L8 9.1 4.1 13 3 11.9 6.9 8 3 4.1z',
  down: 'M3.2 5.6 4.3 4.5 8 8.2l3.7-3.7 1.1 1.1L8 10.4z',
  sun: 'M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6M7.3 1h1.4v2.3H7.3zM7.3 12.7h1.4V15H7.3zM1 7.3h2.3v1.4H1zM12.7 7.3H15v1.4h-2.3zM2.6 3.5l1-1 1.6 1.7-1 1zM10.8 11.8l1-1 1.6 1.7-1 1zM3.6 13.5l-1-1 1.6-1.7 1 1zM11.8 5.2l-1-1 1.6-1.7 1 1z',
  moon: 'M6.2 2A6.2 6.2 0 1 0 14 9.8 5 5 0 0 1 6.2 2',
  half: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2m0 1.4v9.2a4.6 4.6 0 0 0 0-9.2',
} as const satisfies Record<string, string>;
export type IconName = keyof typeof PATHS;

/** An icon beside a word or in a labelled button: hidden from readers. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="currentColor" fill-rule="evenodd" />
    </svg>
  );
}

/** The product's sign: a jump from slot to slot that does not come back. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 26 20" width="26" height="20" aria-hidden="true" focusable="false">
      <g fill="none" stroke="currentColor" stroke-width="1.6">
        <rect x="1" y="12" width="6" height="6" rx="1.2" />
        <rect x="10" y="12" width="6" height="6" rx="1.2" />
        <path d="M4 11.5C4 3.5 22 1.5 22 10" stroke-linecap="round" />
      </g>
      <rect class="logo-hit" x="19" y="12" width="6" height="6" rx="1.2" fill="currentColor" />
    </svg>
  );
}

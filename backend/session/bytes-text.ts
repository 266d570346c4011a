// Bytes of no known type as people read them: hex as far as a line goes, and the texts among them.

/** Bytes that are shown in hex, and texts that are told. */
const LIMITS = { hex: 64, texts: 8 } as const;

/**
 * '2a000000'; of more than a line holds the beginning, how many there are, and what in them looks like text, as `strings` would: '976e0000…
 * (168 bytes; "bash", "/usr/bin/seq")'. Zeros at the end are left out. `length`: how many there are, where `bytes` are their beginning only.
 */
export function bytesText(bytes: Uint8Array, length = bytes.length): string {
  if (length <= LIMITS.hex) return hex(bytes);
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
  const size = `${length.toLocaleString('en-US')} bytes`;
  if (end === 0) return `${size} of zeros`;
  const texts = textsIn(bytes.subarray(0, end)).map((text) => JSON.stringify(text));
  const facts = [size, ...(texts.length === 0 ? [] : [texts.join(', ')])];
  return `${hex(bytes.subarray(0, Math.min(end, LIMITS.hex)))}… (${facts.join('; ')})`;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Runs of printable ASCII that are long enough to be meant. */
function textsIn(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes).toString('latin1');
  return (text.match(/[ -~]{3,}/g) ?? []).slice(0, LIMITS.texts);
}

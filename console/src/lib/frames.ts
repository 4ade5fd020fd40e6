// What somebody pasted into the decoder, as the hex digits that the server takes: one frame a line, as digits or as the
// text between its line feed and its carriage return. What is neither is named, and not trimmed until it looks right.

const HEX = /^(?:[0-9a-f]{2})+$/i;
/** What tools write between digits and before them. */
const BETWEEN = /0x|[\s:,.-]/gi;
/** How logs write the ends of a frame. */
const ENDS = /^(?:<LF>|\\n|\n)|(?:<CR>|\\r|\r)$/gi;

export interface Pasted {
  frames: string[];
  /** The first line that is no frame, counted from 1. */
  wrong: number | null;
}

export function framesOf(text: string): Pasted {
  const frames: string[] = [];
  for (const [n, line] of text.split('\n').entries()) {
    const said = line.trim();
    if (!said) continue;
    const frame = frameOf(said);
    if (frame === null) return { frames: [], wrong: n + 1 };
    frames.push(frame);
  }
  return { frames, wrong: null };
}

function frameOf(line: string): string | null {
  const digits = line.replace(BETWEEN, '');
  if (HEX.test(digits)) return digits;
  // Only the ID token of a frame stands in quotes; a line without any was mistyped or is of something else.
  return line.includes('"') ? `0A${hexOf(line.replace(ENDS, ''))}0D` : null;
}

function hexOf(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

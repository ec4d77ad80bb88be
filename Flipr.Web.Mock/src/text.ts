/**
 * Text that is shown: what a stranger sent, or its beginning and an ellipsis, at most so many characters. Laying out a line without bounds takes a browser
 * minutes. Anything but text is none.
 */
export function clip(text: unknown, most: number): string {
  if (typeof text !== 'string') return '';
  if (text.length <= most) return text;
  // Whole code points; put together anew, for a part of a text keeps all of it in memory.
  const characters = Array.from(text.slice(0, 2 * most));
  return characters.length <= most && text.length <= 2 * most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

/** What went wrong, in its own words as far as they are short. */
export function problem(error: unknown): string {
  return clip(error instanceof Error ? error.message : String(error), 300);
}

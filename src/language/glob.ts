/**
 * Whether a text has a shape: `*` stands for any characters, everything else for itself.
 *
 * Linear in the text: each piece between stars is taken where it is first found, and is never looked
 * for again. There is nothing to backtrack into, so no text that an upstream sends can make it slow.
 */
export function glob(text: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  if (rest.length === 0) return text === pattern
  const last = rest.pop() ?? ''
  if (text.length < first.length + last.length) return false
  if (!text.startsWith(first) || !text.endsWith(last)) return false
  const end = text.length - last.length
  let at = first.length
  for (const piece of rest) {
    const found = text.indexOf(piece, at)
    if (found < 0 || found + piece.length > end) return false
    at = found + piece.length
  }
  return true
}

/** What an answer looks like to whoever compares it with another one. */
import type { Place } from '../support/visitor.ts'

/** All that comes back, but for what is drawn anew for everybody. */
export function faceOf({ status, body, page }: Place) {
  const headers = Object.entries(page?.headers ?? {})
    .filter(([name]) => !['date', 'content-length', 'set-cookie'].includes(name))
    .map(([name, value]) => `${name}: ${drawn(String(value))}`)
  const cookies = [page?.headers['set-cookie'] ?? []].flat().map((line) => line.split('=')[0])
  return { status, body: drawn(body), headers, cookies }
}

function drawn(text: string): string {
  return text
    .replaceAll(/lg_[\w-]{22}/g, 'lg_')
    .replaceAll(/nonce-[\w+/=]+|nonce="[\w+/=]+"/g, 'nonce')
    .replaceAll(/(name="seq" value="|"seq":")[^"]+/g, '$1')
    .replaceAll(/challenge(&#34;|"):\1[\w-]{43}/g, 'challenge')
    .replaceAll(/"expiresAt":"[^"]+"/g, 'expiresAt')
}

/** A moment as its reader writes it, in their own zone where their profile says one. */
import { type Html, html } from '../../browser/html.ts'
import type { OwnVisit } from './own.ts'

export function momentHtml({ language, user }: OwnVisit, ms: number): Html {
  const zone = user.claims.other?.zoneinfo
  const timeZone = typeof zone === 'string' && isZone(zone) ? zone : 'UTC'
  const shown = new Intl.DateTimeFormat(language.tag, {
    ...{ year: 'numeric', month: 'short', day: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', timeZoneName: 'short', timeZone },
  })
  return html`<time datetime="${new Date(ms).toISOString()}">${shown.format(ms)}</time>`
}

function isZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).format(0) !== ''
  } catch {
    return false
  }
}

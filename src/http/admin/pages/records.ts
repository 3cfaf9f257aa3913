/** How the server stands, the keys that it signs with, and what was changed, by whomever. */

import type { AuditRecord } from '../../../engine/administration.ts'
import { countMax } from '../../../engine/administration.ts'
import { nobody } from '../../../engine/audited.ts'
import { type Html, html, type Part } from '../../browser/html.ts'
import { say } from '../../browser/texts.ts'
import type { PortalPage } from '../../portal/frame.ts'
import { isBroken } from './flows.ts'
import { codeHtml, itemsHtml, listHtml, pageAsked, termsHtml, timeHtml, wordFor } from './pieces.ts'
import { type AdminVisit, at } from './visit.ts'

/** That it is shown at all says that the database answers. */
export async function healthPage(visit: AdminVisit): Promise<PortalPage> {
  const { language, parts, mayChange } = visit
  const waiting = await parts.administration.countWaiting()
  const flows = await parts.flows()
  const off = (await parts.connections.list()).filter(({ enabled }) => !enabled)
  const keys = (await parts.keys()).filter(({ use }) => use === 'waits')
  const line = (code: string, count: number, link?: string): readonly [string, Part] => {
    const text = count < countMax ? `${count}` : say(language, 'admin.health.more', { count })
    return [say(language, code), link && count > 0 ? html`<a href="${link}">${text}</a>` : text]
  }
  return {
    title: say(language, 'admin.health'),
    content: html`${!mayChange && html`<p class="note">${say(language, 'admin.viewing')}</p>`}
${termsHtml([
  [say(language, 'admin.health.database'), say(language, 'admin.health.answers')],
  line('admin.health.people', waiting.people, at(visit, '/people', { status: 'pending' })),
  line('admin.health.logins', waiting.logins, at(visit, '/logins', { status: 'running' })),
  line('admin.health.messages', waiting.messages),
  line('admin.health.failed', waiting.failed),
  line('admin.health.broken', flows.filter(isBroken).length, at(visit, '/flows')),
  line('admin.health.off', off.length, at(visit, '/connections')),
  line('admin.health.keys', keys.length, at(visit, '/keys')),
])}`,
  }
}

export async function keysPage(visit: AdminVisit): Promise<PortalPage> {
  const { language, parts } = visit
  return {
    title: say(language, 'admin.keys'),
    content: html`<p>${say(language, 'admin.key.how')} ${codeHtml('sallyport keys rotate')}</p>
${itemsHtml(
  language,
  (await parts.keys()).map(
    ({ kid, alg, createdMs, use }) => html`<p>${codeHtml(kid)} ${codeHtml(alg)}</p>
<p>${wordFor(language, 'admin.key', use)}</p>
<p class="soft">${timeHtml(language, createdMs)}</p>`,
  ),
)}`,
  }
}

export async function auditPage(visit: AdminVisit): Promise<PortalPage> {
  const { language, parts } = visit
  const page = await parts.administration.listAudit({ ...pageAsked(visit), changes: true })
  return {
    title: say(language, 'admin.audit'),
    content: listHtml(visit, '/audit', {}, page, (record) => changeHtml(visit, record)),
  }
}

function changeHtml(visit: AdminVisit, record: AuditRecord): Html {
  const { language } = visit
  const { atMs, actor, application, action, subject, detail } = record
  // Whoever acted on the machine itself, or guesses, has no page here.
  const isPerson = application !== '' && actor !== nobody
  return html`<p>${codeHtml(action)} ${codeHtml(subject)}</p>
<p>${say(language, 'admin.audit.by')} ${
    isPerson
      ? html`<a href="${at(visit, `/people/${actor}`)}">${codeHtml(actor)}</a>`
      : codeHtml(actor)
  }</p>
${Object.keys(detail).length > 0 && html`<p>${codeHtml(JSON.stringify(detail))}</p>`}
<p class="soft">${timeHtml(language, atMs)}</p>`
}

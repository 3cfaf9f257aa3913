/** Whom somebody is known by elsewhere, what they have agreed to of it, and how either ends. */
import { KnownError } from '../../../kit/errors.ts'
import { type Html, html } from '../../browser/html.ts'
import { say } from '../../browser/texts.ts'
import type { PortalPage } from '../../portal/frame.ts'
import { addressOf } from '../../settings.ts'
import { momentHtml } from './moment.ts'
import { type Answer, change, connectionTitle, type OwnVisit, titleOf, withProof } from './own.ts'
import { labelOf } from './profile.ts'
import { additionsHtml } from './ways.ts'

export function connectionsPage(visit: OwnVisit): PortalPage {
  const { language, user } = visit
  return {
    title: say(language, 'account.connections'),
    content: html`
${user.associations.length === 0 && html`<p>${say(language, 'account.none-linked')}</p>`}
<ul class="items">
${linkedBy(visit).map(([connection, sinceMs]) => linkedHtml(visit, connection, sinceMs))}
</ul>
${additionsHtml(visit, '/account/connections')}
${
  user.consents.length > 0 &&
  html`<h2>${say(language, 'account.consents')}</h2>
<ul class="items">${user.consents.map((consent) => consentHtml(visit, consent))}</ul>`
}`,
  }
}

/** One connection once, however often it knows the person; since the first of them. */
function linkedBy({ user }: OwnVisit): readonly (readonly [string, number])[] {
  const byConnection = Map.groupBy(user.associations, ({ connection }) => connection)
  return [...byConnection].map(([connection, linked]) => [
    connection,
    Math.min(...linked.map(({ createdMs }) => createdMs)),
  ])
}

function linkedHtml(visit: OwnVisit, connection: string, sinceMs: number): Html {
  const { language, settings } = visit
  const name = connectionTitle(visit, connection)
  return html`<li>
<p><strong dir="auto">${name}</strong></p>
<p class="hint">${say(language, 'account.since')} ${momentHtml(visit, sinceMs)}</p>
<a href="${addressOf(settings, pathOf(connection))}" \
aria-label="${say(language, 'account.unlink-named', { name })}">${say(language, 'account.unlink')}</a>
</li>
`
}

function consentHtml(visit: OwnVisit, consent: OwnVisit['user']['consents'][number]): Html {
  const { language, settings, token } = visit
  const { connection, application, attributes, agreedMs } = consent
  const name = connectionTitle(visit, connection)
  const path = `/account/consents/${encodeURIComponent(connection)}/withdraw`
  return html`<li>
<p><strong dir="auto">${name}</strong></p>
<p>${attributes.map((attribute) => labelOf(language, attribute)).join(', ')}</p>
<p class="hint">${say(language, 'account.agreed', { application: titleOf(visit, application) })} \
${momentHtml(visit, agreedMs)}</p>
<p class="hint">${say(language, 'account.withdrawal')}</p>
<form method="post" action="${addressOf(settings, path)}" class="row">
${token}
<button class="danger" aria-label="${say(language, 'account.withdraw-named', { name })}">\
${say(language, 'account.withdraw')}</button>
</form>
</li>
`
}

export async function unlinkPage(visit: OwnVisit): Promise<Answer> {
  const connection = linkedOf(visit)
  return withProof(visit, pathOf(connection), () => confirm(visit, connection))
}

/** Every session ends with it, and so does what was agreed to of it. */
export async function unlink(visit: OwnVisit): Promise<Answer> {
  const connection = linkedOf(visit)
  return withProof(visit, pathOf(connection), async () => {
    const result = await change(visit, { change: 'remove-association', connection })
    if (result !== 'last-way-in') return '/account/connections?said=account.done'
    const error = say(visit.language, 'error.LAST_WAY_IN')
    return { ...confirm(visit, connection), status: 409, error }
  })
}

/** Also of what was never agreed to: then nothing changes. */
export async function withdraw(visit: OwnVisit): Promise<Answer> {
  const connection = String(visit.ctx.params.connection)
  await change(visit, { change: 'withdraw-consent', connection })
  return '/account/connections?said=account.done'
}

function confirm(visit: OwnVisit, connection: string): PortalPage {
  const { language, settings, token } = visit
  const name = connectionTitle(visit, connection)
  return {
    title: say(language, 'account.unlink-named', { name }),
    content: html`<p>${say(language, 'account.unlinking', { name })}</p>
<form method="post" action="${addressOf(settings, pathOf(connection))}/unlink">
${token}
<button class="danger">${say(language, 'account.unlink')}</button>
</form>`,
  }
}

/** @throws {KnownError} RESOURCE_NOT_FOUND */
function linkedOf({ ctx, user }: OwnVisit): string {
  const found = user.associations.find(({ connection }) => connection === ctx.params.connection)
  if (!found) throw new KnownError('RESOURCE_NOT_FOUND', 'the account is not linked with that')
  return found.connection
}

function pathOf(connection: string): string {
  return `/account/connections/${encodeURIComponent(connection)}`
}

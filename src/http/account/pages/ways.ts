/**
 * How somebody can sign in: what they have, and what they can add. Everything here that takes away or adds
 * takes a proof as strong as the account can give; adding goes through a flow, which asks for it by itself.
 */
import type { Factor } from '../../../engine/administration.ts'
import { KnownError } from '../../../kit/errors.ts'
import type { Portal } from '../../../language/settings.ts'
import { type Html, html } from '../../browser/html.ts'
import { type Language, ownText, say } from '../../browser/texts.ts'
import type { PortalPage } from '../../portal/frame.ts'
import { addressOf } from '../../settings.ts'
import { isText, profileOf } from '../profile.ts'
import { momentHtml } from './moment.ts'
import { type Answer, change, type Form, flowFor, type OwnVisit, withProof } from './own.ts'

interface Addition {
  readonly portal: Portal
  /** The page that offers it, and that it comes back to. */
  readonly page: string
  /** The kind of factor of which nobody has two. */
  readonly only?: string
  /** For whoever has a factor of one of these kinds. Absent: for everybody. */
  readonly beside?: readonly string[]
  /** What of the profile it changes: not for whoever has that from a connection. Absent: nothing. */
  readonly attribute?: string
}

const page = '/account/ways'

/** What a flow adds or changes. */
const additions: readonly Addition[] = [
  { portal: 'enrol-passkey', page },
  { portal: 'enrol-totp', page, only: 'totp' },
  { portal: 'enrol-recovery-codes', page, beside: ['totp', 'webauthn', 'recovery-code'] },
  { portal: 'change-password', page },
  { portal: 'link', page: '/account/connections' },
  { portal: 'enrol-email', page: '/account', attribute: 'email' },
  { portal: 'enrol-phone', page: '/account', attribute: 'other.phone_number' },
]

/** What can be begun on a page; nothing where the organisation has no flow for any of it. */
export function additionsHtml(visit: OwnVisit, from: string): Html {
  const { language, user, settings, token } = visit
  const profile = profileOf(user)
  const isTheirs = (name: string) => (profile[name]?.owner ?? 'local') === 'local'
  const offered = additions.filter(
    ({ portal, page, only, beside, attribute }) =>
      page === from &&
      flowFor(visit, portal) !== undefined &&
      !user.factors.some(({ kind }) => kind === only) &&
      (!beside || user.factors.some(({ kind }) => beside.includes(kind))) &&
      (!attribute || isTheirs(attribute)),
  )
  if (offered.length === 0) return html``
  return html`<h2>${say(language, 'account.further')}</h2>
<form method="post" action="${addressOf(settings, '/account/ways/change')}">
${token}
${offered.map(
  ({ portal }) =>
    html`<button class="way" name="what" value="${portal}">${say(language, `account.do.${portal}`)}</button>
`,
)}
</form>`
}

export function waysPage(visit: OwnVisit): PortalPage {
  return {
    title: say(visit.language, 'account.ways'),
    content: html`<ul class="items">
${visit.user.factors.map((factor) => factorHtml(visit, factor))}
</ul>
${additionsHtml(visit, page)}`,
  }
}

function factorHtml(visit: OwnVisit, factor: Factor): Html {
  const { language, settings } = visit
  const name = nameOf(language, factor)
  const left = visit.usesLeft(factor)
  return html`<li>
<p><strong dir="auto">${name}</strong></p>
<p class="hint">${say(language, 'account.since')} ${momentHtml(visit, factor.createdMs)}</p>
${
  factor.usedMs !== undefined &&
  html`<p class="hint">${say(language, 'account.used')} ${momentHtml(visit, factor.usedMs)}</p>`
}
${left !== undefined && html`<p class="hint">${say(language, 'account.left', { count: left })}</p>`}
<a href="${addressOf(settings, pathOf(factor))}" \
aria-label="${say(language, 'account.manage-named', { name })}">${say(language, 'account.manage')}</a>
</li>
`
}

/** Through the flow that does it, and back. */
export async function beginChange(visit: OwnVisit, { what }: Form): Promise<Answer> {
  const addition = additions.find(({ portal }) => portal === what)
  const application = addition && flowFor(visit, addition.portal)
  if (!application) throw new KnownError('RESOURCE_NOT_FOUND', 'no flow does that here')
  return { to: `${addition.page}?said=account.done`, asking: { application } }
}

export async function factorPage(visit: OwnVisit): Promise<Answer> {
  const factor = factorOf(visit)
  return withProof(visit, pathOf(factor), () => manage(visit, factor))
}

export async function renameFactor(visit: OwnVisit, { name = '' }: Form): Promise<Answer> {
  const factor = factorOf(visit)
  return withProof(visit, pathOf(factor), async () => {
    const wanted = name.trim()
    if (!isText(wanted) || wanted.length > nameMax) {
      const error = say(visit.language, 'account.unfit', { count: nameMax })
      return { ...manage(visit, factor), error }
    }
    await change(visit, { change: 'rename-factor', factor: factor.id, name: wanted })
    return '/account/ways?said=account.saved'
  })
}

/** Every session ends with it, this one too: what it had proven is not all there any more. */
export async function removeFactor(visit: OwnVisit): Promise<Answer> {
  const factor = factorOf(visit)
  return withProof(visit, pathOf(factor), async () => {
    const result = await change(visit, { change: 'give-up-factor', factor: factor.id })
    if (result !== 'last-way-in') return '/account/ways?said=account.done'
    const error = say(visit.language, 'error.LAST_WAY_IN')
    return { ...manage(visit, factor), status: 409, error }
  })
}

const nameMax = 64

function manage(visit: OwnVisit, factor: Factor): PortalPage {
  const { language, settings, token } = visit
  const base = addressOf(settings, pathOf(factor))
  return {
    title: nameOf(language, factor),
    content: html`<form method="post" action="${base}/name">
${token}
<div class="field">
<label for="f-name">${say(language, 'account.name')}</label>
<input id="f-name" name="name" value="${factor.name ?? ''}" maxlength="${nameMax}" dir="auto" autocomplete="off" required>
</div>
<button>${say(language, 'account.save')}</button>
</form>
<section>
<p>${say(language, 'account.removal')}</p>
<form method="post" action="${base}/remove">
${token}
<button class="danger">${say(language, 'account.remove')}</button>
</form>
</section>`,
  }
}

/** @throws {KnownError} RESOURCE_NOT_FOUND: also what is somebody else's */
function factorOf({ ctx, user }: OwnVisit): Factor {
  const found = user.factors.find(({ id }) => id === ctx.params.factor)
  if (!found) throw new KnownError('RESOURCE_NOT_FOUND', 'the account has no such factor')
  return found
}

function pathOf({ id }: Factor): string {
  return `/account/ways/${encodeURIComponent(id)}`
}

/** A kind that has no words of its own is called by its name. */
function nameOf(language: Language, { kind, name }: Factor): string {
  const words = ownText(language, `account.kind.${kind}`) ?? kind
  return name === undefined ? words : `${words}: ${name}`
}

/** Where somebody is signed in, and which browsers are remembered. Ending either takes no proof: it is always safe. */
import type { Device, SessionRecord } from '../../../engine/administration.ts'
import { type Html, html } from '../../browser/html.ts'
import { say } from '../../browser/texts.ts'
import type { PortalPage } from '../../portal/frame.ts'
import { addressOf } from '../../settings.ts'
import { momentHtml } from './moment.ts'
import { type Answer, change, type Form, type OwnVisit, titleOf } from './own.ts'

/** More than anybody has; who has more ends all others at once. */
const shownMax = 50

export async function devicesPage(visit: OwnVisit): Promise<PortalPage> {
  const { language, user, holder, administration, settings, token, now } = visit
  const { items } = await administration.listSessions({ account: user.id, limit: shownMax })
  const devices = await administration.listDevices(user.id, now())
  const here = items.filter(({ id }) => id === holder.session)
  const elsewhere = items.filter(({ id }) => id !== holder.session)
  return {
    title: say(language, 'account.devices'),
    content: html`<ul class="items">
${[...here, ...elsewhere].map((session) => sessionHtml(visit, session))}
</ul>
${
  elsewhere.length > 0 &&
  html`<form method="post" action="${addressOf(settings, '/account/sessions/end-others')}" class="row">
${token}
<button class="danger">${say(language, 'account.end-others')}</button>
</form>`
}
${
  devices.length > 0 &&
  html`<h2>${say(language, 'account.remembered')}</h2>
<ul class="items">${devices.map((device) => deviceHtml(visit, device))}</ul>`
}`,
  }
}

function sessionHtml(visit: OwnVisit, { id, createdMs, applications }: SessionRecord): Html {
  const { language, holder, settings, token } = visit
  const isHere = id === holder.session
  return html`<li>
<p><strong>${say(language, isHere ? 'account.this-browser' : 'account.other-browser')}</strong></p>
<p class="hint">${say(language, 'end-session.since')} ${momentHtml(visit, createdMs)}</p>
<p class="hint" dir="auto">${applications.map((application) => titleOf(visit, application)).join(', ')}</p>
${
  !isHere &&
  html`<form method="post" action="${addressOf(settings, '/account/sessions/end')}" class="row">
${token}
<input type="hidden" name="session" value="${id}">
<button class="quiet">${say(language, 'sign-out.title')}</button>
</form>`
}
</li>
`
}

function deviceHtml(visit: OwnVisit, { id, application, createdMs, usedMs }: Device): Html {
  const { language, settings, token } = visit
  return html`<li>
<p><strong dir="auto">${titleOf(visit, application)}</strong></p>
<p class="hint">${say(language, 'account.since')} ${momentHtml(visit, createdMs)}</p>
<p class="hint">${say(language, 'account.used')} ${momentHtml(visit, usedMs)}</p>
<form method="post" action="${addressOf(settings, '/account/devices/forget')}" class="row">
${token}
<input type="hidden" name="device" value="${id}">
<button class="quiet">${say(language, 'account.forget')}</button>
</form>
</li>
`
}

const done = '/account/devices?said=account.done'

/** Of the account's own alone: another's id finds nothing. */
export async function endSession(visit: OwnVisit, { session = '' }: Form): Promise<Answer> {
  await change(visit, { change: 'sign-out-session', session })
  return done
}

export async function endOtherSessions(visit: OwnVisit): Promise<Answer> {
  await change(visit, { change: 'sign-out-elsewhere', session: visit.holder.session })
  return done
}

export async function forgetDevice(visit: OwnVisit, { device = '' }: Form): Promise<Answer> {
  await change(visit, { change: 'forget-device', device })
  return done
}

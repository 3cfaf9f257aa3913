/** What has happened lately: sign-ins that came as far as the account, and how they ended. */
import type { Activity } from '../../../engine/administration.ts'
import { type Html, html } from '../../browser/html.ts'
import { ownText, say } from '../../browser/texts.ts'
import type { PortalPage } from '../../portal/frame.ts'
import { momentHtml } from './moment.ts'
import { type OwnVisit, titleOf } from './own.ts'

const shownMax = 30

export async function activityPage(visit: OwnVisit): Promise<PortalPage> {
  const { language, user, administration } = visit
  const { items } = await administration.listActivity({ account: user.id, limit: shownMax })
  return {
    title: say(language, 'account.activity'),
    content: html`<ul class="items">${items.map((item) => itemHtml(visit, item))}</ul>
<p class="hint">${say(language, 'account.stranger')}</p>`,
  }
}

function itemHtml(visit: OwnVisit, { application, outcome, amr, atMs }: Activity): Html {
  const { language } = visit
  const said = outcome === 'success' ? 'account.entered' : 'account.stopped'
  // A method that has no words of its own says nothing to people: `mfa`, `user`.
  const by = amr.flatMap((method) => ownText(language, `account.by.${method}`) ?? [])
  return html`<li>
<p><strong>${say(language, said, { application: titleOf(visit, application) })}</strong></p>
${by.length > 0 && html`<p>${by.join(', ')}</p>`}
<p class="hint">${momentHtml(visit, atMs)}</p>
</li>
`
}

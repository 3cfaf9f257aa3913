/** Applications as their file declares them, without their secrets. */
import { type Html, html } from '../../browser/html.ts'
import { say } from '../../browser/texts.ts'
import type { PortalPage } from '../../portal/frame.ts'
import type { ApplicationRecord } from '../route.ts'
import { codeHtml, deedHtml, itemsHtml, nameHtml, termsHtml } from './pieces.ts'
import { type AdminVisit, at } from './visit.ts'

export async function applicationsPage(visit: AdminVisit): Promise<PortalPage> {
  const { language, parts } = visit
  const applications = await parts.applications()
  return {
    title: say(language, 'admin.applications'),
    content: itemsHtml(
      language,
      applications.map((application) => itemHtml(visit, application)),
    ),
  }
}

function itemHtml(visit: AdminVisit, application: ApplicationRecord): Html {
  const { language } = visit
  const { id, title, flow, acr, auth, redirectUris, release } = application
  const { administers, selfService, enabled } = application
  return html`<h2>${nameHtml(title)}</h2>
${termsHtml([
  [say(language, 'admin.application.id'), codeHtml(id)],
  [
    say(language, 'admin.application.flow'),
    html`<a href="${at(visit, `/flows/${flow}`)}">${codeHtml(flow)}</a>`,
  ],
  [say(language, 'admin.application.floor'), acr !== undefined && codeHtml(acr)],
  [say(language, 'admin.application.auth'), codeHtml(auth)],
  [
    say(language, 'admin.application.redirects'),
    redirectUris.length > 0 && redirectUris.map((address) => html`${codeHtml(address)}<br>`),
  ],
  [say(language, 'admin.application.release'), release.length > 0 && codeHtml(release.join(', '))],
])}
${administers && html`<p>${say(language, 'admin.application.administers')}</p>`}
${selfService && html`<p>${say(language, 'admin.application.self-service')}</p>`}
${!enabled && html`<p><strong>${say(language, 'admin.application.off')}</strong></p>`}
<div class="row">${
    // Whoever switched off what they came by would be shut out.
    id !== visit.holder.application &&
    deedHtml(visit, {
      path: `/applications/${id}`,
      label: say(
        language,
        enabled ? 'admin.application.switch-off' : 'admin.application.switch-on',
        {
          title,
        },
      ),
      fields: { enabled: String(!enabled) },
      danger: enabled,
    })
  }</div>`
}

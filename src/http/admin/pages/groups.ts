/** Groups that anybody is in, and the ways to who is. */
import { html } from '../../browser/html.ts'
import { say } from '../../browser/texts.ts'
import type { PortalPage } from '../../portal/frame.ts'
import { listHtml, nameHtml, pageAsked } from './pieces.ts'
import { type AdminVisit, at } from './visit.ts'

export async function groupsPage(visit: AdminVisit): Promise<PortalPage> {
  const { language, parts } = visit
  const page = await parts.administration.listGroups(pageAsked(visit))
  return {
    title: say(language, 'admin.groups'),
    content: html`<p>${say(language, 'admin.group.how')}</p>
${listHtml(
  visit,
  '/groups',
  {},
  page,
  ({ group, members }) =>
    html`<p><a href="${at(visit, '/people', { group })}">${nameHtml(group)}</a>
<span class="soft">${say(language, 'admin.group.members', { count: members })}</span></p>`,
)}`,
  }
}

/** People: looked for, and listed page by page. */
import type { User } from '../../../engine/administration.ts'
import { type Html, html } from '../../browser/html.ts'
import { type Language, say } from '../../browser/texts.ts'
import type { PortalPage } from '../../portal/frame.ts'
import type { ConnectionRecord } from '../route.ts'
import { statuses } from '../schemas.ts'
import { listHtml, nameHtml, pageAsked, searchHtml, wordFor } from './pieces.ts'
import { type AdminVisit, at } from './visit.ts'

/** Characters. */
const searchMax = 100

export async function peoplePage(visit: AdminVisit): Promise<PortalPage> {
  const { language, query, parts } = visit
  const connections = await parts.connections.list()
  const wanted = {
    search: query.search?.slice(0, searchMax) || undefined,
    source: query.source || undefined,
    status: query.status || undefined,
    group: query.group || undefined,
  }
  const page = await parts.administration.listUsers({ ...wanted, ...pageAsked(visit) })
  return {
    title: say(language, 'admin.people'),
    content: html`${searchHtml(
      visit,
      '/people',
      wanted,
      { name: 'search', label: say(language, 'admin.person.search'), max: searchMax },
      choices(language, connections),
    )}
${
  wanted.group !== undefined &&
  html`<p>${say(language, 'admin.person.in-group', { group: wanted.group })}
<a href="${at(visit, '/people')}">${say(language, 'admin.person.everybody')}</a></p>`
}
${listHtml(visit, '/people', wanted, page, (user) => itemHtml(visit, user, connections))}`,
  }
}

function choices(language: Language, connections: readonly ConnectionRecord[]) {
  return [
    {
      name: 'source',
      label: say(language, 'admin.person.source'),
      values: [
        ['local', say(language, 'admin.person.local')] as const,
        ...connections.map(({ id, title }) => [id, title] as const),
      ],
    },
    {
      name: 'status',
      label: say(language, 'admin.person.status'),
      values: statuses.map(
        (status) => [status, wordFor(language, 'admin.status', status)] as const,
      ),
    },
  ]
}

function itemHtml(visit: AdminVisit, user: User, connections: readonly ConnectionRecord[]): Html {
  const { language } = visit
  const { id, userName, status, factors, claims } = user
  const kinds = [...new Set(factors.map(({ kind }) => wordFor(language, 'factor', kind)))]
  const facts = [
    wordFor(language, 'admin.status', status),
    sourceName(language, user.source, connections),
    ...kinds,
  ]
  return html`<p><a href="${at(visit, `/people/${id}`)}">${nameHtml(userName)}</a>
${claims.name !== undefined && nameHtml(claims.name)}</p>
${claims.email !== undefined && html`<p>${nameHtml(claims.email)}</p>`}
<p class="soft">${facts.join(' · ')}</p>`
}

/** Where an account comes from. */
export function sourceName(
  language: Language,
  source: string,
  connections: readonly ConnectionRecord[],
): string {
  if (source === 'local') return say(language, 'admin.person.local')
  return connections.find(({ id }) => id === source)?.title ?? source
}

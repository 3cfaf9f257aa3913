/** One person: what is known of them, what they hold, and what can be done about it. */
import { roles, type SessionRecord, type User } from '../../../engine/administration.ts'
import { type Html, html } from '../../browser/html.ts'
import { say } from '../../browser/texts.ts'
import type { PortalPage } from '../../portal/frame.ts'
import { unknownResource } from '../refusal.ts'
import type { ConnectionRecord } from '../route.ts'
import { groupNameMax } from '../schemas.ts'
import { sourceName } from './people.ts'
import { codeHtml, deedHtml, itemsHtml, nameHtml, termsHtml, timeHtml, wordFor } from './pieces.ts'
import { type AdminVisit, at } from './visit.ts'

/** How many of somebody's sessions are shown, the oldest first. */
const sessionsMax = 25

/** One person, with what their page is made of. */
interface Shown {
  readonly visit: AdminVisit
  readonly user: User
  readonly path: string
  readonly connections: readonly ConnectionRecord[]
}

/** @throws {KnownError} RESOURCE_NOT_FOUND */
export async function personPage(visit: AdminVisit): Promise<PortalPage> {
  const { language, parts, params } = visit
  const { administration } = parts
  const user = await administration.findUser(params.id ?? '')
  if (!user) throw unknownResource('user')
  const sessions = await administration.listSessions({ account: user.id, limit: sessionsMax })
  const connections = await parts.connections.list()
  const shown = { visit, user, path: `/people/${user.id}`, connections }
  const section = (label: string, content: Html) =>
    html`<section><h2>${say(language, label)}</h2>\n${content}</section>\n`
  return {
    title: user.userName,
    content: html`${factsHtml(shown)}
<div class="row">${statusForms(shown)}</div>
${section('admin.person.factors', factorsHtml(shown))}
${section('admin.person.groups', groupsHtml(shown))}
${section('admin.person.roles', rolesHtml(shown))}
${section('admin.person.associations', associationsHtml(shown))}
${section('admin.person.consents', consentsHtml(shown))}
${section('admin.person.sessions', sessionsHtml(shown, sessions.items))}
${visit.mayChange && eraseHtml(shown)}`,
  }
}

function factsHtml({ visit, user, connections }: Shown): Html {
  const { language } = visit
  const { claims } = user
  const verified = claims.emailVerified ? 'admin.person.verified' : 'admin.person.unverified'
  return termsHtml([
    [say(language, 'admin.person.status'), wordFor(language, 'admin.status', user.status)],
    [say(language, 'admin.person.source'), sourceName(language, user.source, connections)],
    [say(language, 'admin.person.directory'), codeHtml(user.directory)],
    [say(language, 'admin.person.since'), timeHtml(language, user.createdMs)],
    [say(language, 'account.claim.name'), claims.name !== undefined && nameHtml(claims.name)],
    [
      say(language, 'account.claim.email'),
      claims.email !== undefined && html`${nameHtml(claims.email)} (${say(language, verified)})`,
    ],
    ...Object.entries(claims.other ?? {}).map(
      ([name, value]) => [wordFor(language, 'account.claim', name), valueHtml(value)] as const,
    ),
    [say(language, 'admin.person.id'), codeHtml(user.id)],
  ])
}

function valueHtml(value: unknown): Html {
  return nameHtml(typeof value === 'string' ? value : JSON.stringify(value))
}

/** What can be done, by what somebody is. Whoever waits for approval is approved or rejected, nothing else. */
const nextStatus: Readonly<
  Record<User['status'], readonly (readonly [label: string, to: string])[]>
> = {
  active: [
    ['admin.person.lock', 'locked'],
    ['admin.person.disable', 'disabled'],
  ],
  locked: [
    ['admin.person.unlock', 'active'],
    ['admin.person.disable', 'disabled'],
  ],
  disabled: [['admin.person.enable', 'active']],
  pending: [
    ['admin.person.approve', 'active'],
    ['admin.person.reject', 'disabled'],
  ],
}

function statusForms({ visit, user, path }: Shown): readonly (Html | false)[] {
  const { language } = visit
  return [
    ...nextStatus[user.status].map(([label, status]) =>
      deedHtml(visit, {
        path: `${path}/status`,
        label: say(language, label),
        fields: { status },
      }),
    ),
    deedHtml(visit, { path: `${path}/sign-out`, label: say(language, 'admin.person.sign-out') }),
  ]
}

function factorsHtml({ visit, user, path }: Shown): Html {
  const { language } = visit
  const label = say(language, 'admin.person.remove')
  return itemsHtml(
    language,
    user.factors.map(({ id, kind, createdMs }) => {
      const name = wordFor(language, 'factor', kind)
      return html`<p>${name} <span class="soft">${timeHtml(language, createdMs)}</span></p>
<div class="row">${deedHtml(visit, {
        path: `${path}/remove-factor`,
        label: `${label}: ${name}`,
        fields: { factor: id },
        danger: true,
      })}</div>`
    }),
  )
}

function groupsHtml({ visit, user, path }: Shown): Html {
  const { language } = visit
  const items = user.groups.map(({ group, source }) => {
    const isByHand = source === 'manual'
    const by = isByHand
      ? say(language, 'admin.person.by-hand')
      : say(language, 'admin.person.granted-by', { source })
    return html`<p><a href="${at(visit, '/people', { group })}">${nameHtml(group)}</a>
<span class="soft">${by}</span></p>
<div class="row">${
      isByHand &&
      deedHtml(visit, {
        path: `${path}/withdraw-group`,
        label: say(language, 'admin.person.withdraw', { what: group }),
        fields: { group },
      })
    }</div>`
  })
  const field = html`<div class="field"><label for="group">${say(language, 'admin.person.group')}</label>
<input id="group" name="group" required maxlength="${groupNameMax}" dir="auto" \
autocomplete="off" autocapitalize="none" spellcheck="false"></div>`
  return html`${itemsHtml(language, items)}
${deedHtml(visit, {
  path: `${path}/grant-group`,
  label: say(language, 'admin.person.grant-group'),
  content: field,
})}`
}

function rolesHtml({ visit, user, path }: Shown): Html {
  const { language } = visit
  const held = roles.filter((role) => user.roles.includes(role))
  const names = held.map((role) => wordFor(language, 'admin.role', role))
  return html`${itemsHtml(
    language,
    names.map((name) => html`<p>${name}</p>`),
  )}
<div class="row">${roles.map((role) => {
    const verb = held.includes(role) ? 'withdraw' : 'grant'
    return deedHtml(visit, {
      path: `${path}/${verb}-role`,
      label: say(language, `admin.person.${verb}`, { what: wordFor(language, 'admin.role', role) }),
      fields: { role },
    })
  })}</div>`
}

function associationsHtml({ visit, user, path, connections }: Shown): Html {
  const { language } = visit
  return itemsHtml(
    language,
    user.associations.map(({ connection, subject, createdMs }) => {
      const title = sourceName(language, connection, connections)
      return html`<p>${nameHtml(title)}: ${codeHtml(subject)}
<span class="soft">${timeHtml(language, createdMs)}</span></p>
<div class="row">${deedHtml(visit, {
        path: `${path}/unlink`,
        label: say(language, 'admin.person.unlink', { title }),
        fields: { connection, subject },
        danger: true,
      })}</div>`
    }),
  )
}

function consentsHtml({ visit, user, path, connections }: Shown): Html {
  const { language } = visit
  return itemsHtml(
    language,
    user.consents.map(({ connection, attributes, agreedMs }) => {
      const title = sourceName(language, connection, connections)
      return html`<p>${nameHtml(title)}: ${codeHtml(attributes.join(', '))}
<span class="soft">${timeHtml(language, agreedMs)}</span></p>
<div class="row">${deedHtml(visit, {
        path: `${path}/withdraw-consent`,
        label: say(language, 'admin.person.withdraw-consent', { title }),
        fields: { connection },
      })}</div>`
    }),
  )
}

function sessionsHtml({ visit, path }: Shown, sessions: readonly SessionRecord[]): Html {
  const { language } = visit
  return itemsHtml(
    language,
    sessions.map(
      ({ id, createdMs, applications }) => html`<p>${timeHtml(language, createdMs)}
<span class="soft">${codeHtml(applications.join(', '))}</span></p>
<div class="row">${deedHtml(visit, {
        path: `${path}/end-session`,
        label: say(language, 'admin.person.end-session'),
        fields: { session: id },
      })}</div>`,
    ),
  )
}

/** Asked twice, without script: the form is behind a summary that says what it is. */
function eraseHtml({ visit, user, path }: Shown): Html {
  const { language } = visit
  const label = say(language, 'admin.person.erase')
  return html`<section><details><summary>${label}</summary>
<p>${say(language, 'admin.person.erase-really', { name: user.userName })}</p>
${deedHtml(visit, { path: `${path}/erase`, label, danger: true })}
</details></section>`
}

/** Logins, under way and ended: found by where they stand or by id, and each with its drawing and its events. */
import type { LoginEventRecord, LoginRecord } from '../../../engine/administration.ts'
import { inOrderOfText } from '../../../language/nearest.ts'
import { type Html, html } from '../../browser/html.ts'
import { say } from '../../browser/texts.ts'
import type { PortalPage } from '../../portal/frame.ts'
import type { Onward } from '../../portal/portal.ts'
import { unknownResource } from '../refusal.ts'
import { loginStatuses } from '../schemas.ts'
import {
  codeHtml,
  drawingHtml,
  itemsHtml,
  listHtml,
  nameHtml,
  pageAsked,
  searchHtml,
  termsHtml,
  timeHtml,
  wayHtml,
  wordFor,
} from './pieces.ts'
import { type AdminVisit, at } from './visit.ts'

/** Characters of an id. */
const idMax = 64

export async function loginsPage(visit: AdminVisit): Promise<PortalPage | Onward> {
  const { language, query, parts } = visit
  const id = query.id?.trim()
  if (id && (await parts.administration.findLogin(id))) return `/admin/logins/${id}`
  const wanted = {
    id,
    status: query.status || undefined,
    state: query.state || undefined,
    application: query.application || undefined,
  }
  const page = id
    ? { items: [] }
    : await parts.administration.listLogins({ ...wanted, ...pageAsked(visit) })
  return {
    title: say(language, 'admin.logins'),
    content: html`${searchHtml(
      visit,
      '/logins',
      wanted,
      { name: 'id', label: say(language, 'admin.login.id'), max: idMax },
      await choices(visit),
    )}
${listHtml(visit, '/logins', wanted, page, (login) => itemHtml(visit, login))}`,
  }
}

/** By the ends that flows have: where a login has come to is how it has ended. */
async function choices({ language, parts }: AdminVisit) {
  const flows = await parts.flows()
  const applications = await parts.applications()
  const ends = new Set(flows.flatMap((flow) => flow.ends))
  return [
    {
      name: 'status',
      label: say(language, 'admin.login.status'),
      values: loginStatuses.map(
        (status) => [status, wordFor(language, 'admin.login', status)] as const,
      ),
    },
    {
      name: 'state',
      label: say(language, 'admin.login.end'),
      values: [...ends].sort(inOrderOfText).map((end) => [end, end] as const),
    },
    {
      name: 'application',
      label: say(language, 'admin.login.application'),
      values: applications.map(({ id, title }) => [id, title] as const),
    },
  ]
}

function itemHtml(visit: AdminVisit, login: LoginRecord): Html {
  const { language } = visit
  const { id, application, status, state, createdMs } = login
  return html`<p><a href="${at(visit, `/logins/${id}`)}">${timeHtml(language, createdMs)}</a></p>
<p>${codeHtml(application)}: ${codeHtml(state)} ${whoHtml(visit, login)}</p>
<p class="soft">${wordFor(language, 'admin.login', status)}${
    login.error !== undefined && html` · ${codeHtml(login.error)}`
  }</p>`
}

/** Who has been proven so far. */
function whoHtml(visit: AdminVisit, { identity }: LoginRecord): Html {
  const { language } = visit
  const { kind, account, connection } = identity
  if (account !== undefined) {
    return html`<a href="${at(visit, `/people/${account}`)}">${say(language, 'admin.login.account')}</a>`
  }
  const by = connection === undefined ? '' : html` (${codeHtml(connection)})`
  return html`${wordFor(language, 'admin.login', kind)}${by}`
}

/** @throws {KnownError} RESOURCE_NOT_FOUND */
export async function loginPage(visit: AdminVisit): Promise<PortalPage> {
  const { language, parts, params } = visit
  const login = await parts.administration.findLogin(params.id ?? '')
  if (!login) throw unknownResource('login')
  const drawing = await parts.drawLogin(login)
  const label = say(language, 'admin.login.drawing', { state: login.state })
  return {
    title: say(language, 'admin.login.title'),
    content: html`${factsHtml(visit, login)}
${drawing === undefined ? html`<p>${say(language, 'admin.login.not-drawn')}</p>` : drawingHtml(label, drawing)}
<section><h2>${say(language, 'admin.login.events')}</h2>
${itemsHtml(
  language,
  login.events.map((event) => eventHtml(visit, event)),
)}</section>`,
  }
}

function factsHtml(visit: AdminVisit, login: LoginRecord): Html {
  const { language } = visit
  const { id, application, flow, state, status, createdMs, deadlineMs, outcome, error } = login
  return termsHtml([
    [say(language, 'admin.login.id'), codeHtml(id)],
    [say(language, 'admin.login.application'), codeHtml(application)],
    [
      say(language, 'admin.login.flow'),
      html`<a href="${at(visit, `/flows/${flow}`)}">${codeHtml(flow)}</a>`,
    ],
    [say(language, 'admin.login.status'), wordFor(language, 'admin.login', status)],
    [say(language, 'admin.login.state'), codeHtml(state)],
    [say(language, 'admin.login.who'), whoHtml(visit, login)],
    [say(language, 'admin.login.outcome'), outcome !== undefined && codeHtml(outcome)],
    [say(language, 'admin.login.error'), error !== undefined && codeHtml(error)],
    [say(language, 'admin.login.began'), timeHtml(language, createdMs)],
    [say(language, 'admin.login.until'), timeHtml(language, deadlineMs)],
  ])
}

function eventHtml({ language }: AdminVisit, event: LoginEventRecord): Html {
  const { atMs, state, option, outcome, to, reason, decided } = event
  const place = [state, option, outcome].filter((part) => part !== undefined).join(' ')
  return html`<p>${to === undefined ? codeHtml(place) : wayHtml(place, to)}</p>
${decided.map(({ condition, result }) => html`<p>${codeHtml(`${condition}: ${result}`)}</p>`)}
${reason !== undefined && html`<p>${nameHtml(reason)}</p>`}
<p class="soft">${timeHtml(language, atMs)}</p>`
}

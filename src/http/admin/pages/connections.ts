/** Connections: what is in force, and their two switches; what a switch would break is said before it is made. */
import { type Html, html } from '../../browser/html.ts'
import { type Language, say } from '../../browser/texts.ts'
import type { PortalPage } from '../../portal/frame.ts'
import { unknownResource } from '../refusal.ts'
import type { BrokenApplication, ConnectionRecord, FlowRecord } from '../route.ts'
import { codeHtml, deedHtml, englishHtml, itemsHtml, nameHtml, termsHtml } from './pieces.ts'
import { type AdminVisit, at } from './visit.ts'

export async function connectionsPage(visit: AdminVisit): Promise<PortalPage> {
  const { language, parts } = visit
  const connections = await parts.connections.list()
  return {
    title: say(language, 'admin.connections'),
    content: itemsHtml(
      language,
      connections.map(
        (connection) =>
          html`<p><a href="${at(visit, `/connections/${connection.id}`)}">${nameHtml(connection.title)}</a></p>
<p class="soft">${standing(language, connection).join(' · ')}</p>`,
      ),
    ),
  }
}

function standing(language: Language, { enabled, jit }: ConnectionRecord): readonly string[] {
  return [
    say(language, enabled ? 'admin.connection.on' : 'admin.connection.off'),
    say(language, jit ? 'admin.connection.jit-on' : 'admin.connection.jit-off'),
  ]
}

/**
 * With `jit` in its address it asks whether that is really meant, and says what it would break (A-53, W-30).
 *
 * @throws {KnownError} RESOURCE_NOT_FOUND
 */
export async function connectionPage(visit: AdminVisit): Promise<PortalPage> {
  const { parts, params, query } = visit
  const connection = (await parts.connections.list()).find(({ id }) => id === params.id)
  if (!connection) throw unknownResource('connection')
  const isAsked = query.jit === String(!connection.jit)
  return {
    title: connection.title,
    content: html`${factsHtml(visit, connection)}
${isAsked ? await confirmHtml(visit, connection) : await switchesHtml(visit, connection)}`,
  }
}

function factsHtml({ language }: AdminVisit, connection: ConnectionRecord): Html {
  const { id, protocol, sync, switched } = connection
  const [enabled, jit] = standing(language, connection)
  return termsHtml([
    [say(language, 'admin.connection.state'), html`${enabled}<br>${jit}`],
    [
      say(language, 'admin.connection.switched'),
      switched.length > 0 && codeHtml(switched.join(', ')),
    ],
    [say(language, 'admin.connection.protocol'), codeHtml(protocol)],
    [say(language, 'admin.connection.sync'), codeHtml(sync)],
    [say(language, 'admin.connection.id'), codeHtml(id)],
  ])
}

async function switchesHtml(visit: AdminVisit, connection: ConnectionRecord): Promise<Html> {
  const { language, parts } = visit
  const { id, enabled, jit } = connection
  const offering = (await parts.flows()).filter(({ connections }) => connections.includes(id))
  const applications = offering.flatMap((flow) => flow.applications)
  return html`<section><h2>${say(language, 'admin.connection.used-by')}</h2>
${itemsHtml(
  language,
  applications.map((application) => html`<p>${codeHtml(application)}</p>`),
)}
${deedHtml(visit, {
  path: `/connections/${id}`,
  label: say(language, enabled ? 'admin.connection.switch-off' : 'admin.connection.switch-on'),
  fields: { enabled: String(!enabled) },
  danger: enabled,
})}</section>
<section><h2>${say(language, 'admin.connection.accounts')}</h2>
<p>${say(language, jit ? 'admin.connection.jit-is-on' : 'admin.connection.jit-is-off')}</p>
<p><a href="${at(visit, `/connections/${id}`, { jit: String(!jit) })}">${say(
    language,
    'admin.connection.consider',
  )}</a></p></section>`
}

async function confirmHtml(visit: AdminVisit, { id, jit }: ConnectionRecord): Promise<Html> {
  const { language, parts } = visit
  const broken = await parts.connections.consequences(id, !jit)
  const flows = await parts.flows()
  const label = jit ? 'admin.connection.jit-switch-off' : 'admin.connection.jit-switch-on'
  return html`<section><h2>${say(language, label)}</h2>
<p>${say(language, broken.length > 0 ? 'admin.connection.breaks' : 'admin.connection.harmless')}</p>
${
  broken.length > 0 &&
  itemsHtml(
    language,
    broken.map((one) => brokenHtml(language, one, flows)),
  )
}
${deedHtml(visit, {
  path: `/connections/${id}`,
  label: say(language, broken.length > 0 ? 'admin.connection.anyway' : label),
  fields: { jit: String(!jit), ...(broken.length > 0 && { force: 'true' }) },
  danger: broken.length > 0,
})}
<p class="row"><a href="${at(visit, `/connections/${id}`)}">${say(language, 'admin.back')}</a></p></section>`
}

function brokenHtml(
  language: Language,
  { application, flow, lost }: BrokenApplication,
  flows: readonly FlowRecord[],
): Html {
  const verdicts = flows.find(({ name }) => name === flow)?.verdicts ?? []
  const sentence = (property: string) =>
    verdicts.find((verdict) => verdict.property === property)?.sentence ?? ''
  return html`<p>${say(language, 'admin.connection.loses', { application, flow })}</p>
<ul>${lost.map(
    (property) => html`<li>${codeHtml(property)} ${englishHtml(sentence(property))}</li>\n`,
  )}</ul>`
}

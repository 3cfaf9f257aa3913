/** Flows in force: drawn, with what the checker says of each, and the story of what is broken. */
import { type Html, html } from '../../browser/html.ts'
import { type Language, say } from '../../browser/texts.ts'
import type { PortalPage } from '../../portal/frame.ts'
import { unknownResource } from '../refusal.ts'
import type { FlowRecord, VerdictRecord } from '../route.ts'
import {
  codeHtml,
  drawingHtml,
  englishHtml,
  itemsHtml,
  nameHtml,
  termsHtml,
  wayHtml,
} from './pieces.ts'
import { type AdminVisit, at } from './visit.ts'

export async function flowsPage(visit: AdminVisit): Promise<PortalPage> {
  const { language, parts } = visit
  const flows = await parts.flows()
  return {
    title: say(language, 'admin.flows'),
    content: itemsHtml(
      language,
      flows.map(
        (
          flow,
        ) => html`<p><a href="${at(visit, `/flows/${flow.name}`)}">${nameHtml(flow.title)}</a></p>
<p class="soft">${codeHtml(flow.name)} · ${holdingText(language, flow)}</p>`,
      ),
    ),
  }
}

export function isBroken({ verdicts }: FlowRecord): boolean {
  return verdicts.some(({ verdict }) => verdict !== 'holds')
}

function holdingText(language: Language, { verdicts }: FlowRecord): string {
  const holding = verdicts.filter(({ verdict }) => verdict === 'holds').length
  return say(language, 'admin.flow.holding', { holding, all: verdicts.length })
}

/** With `property` in its address the way that breaks it, or shows it, is marked. */
export async function flowPage(visit: AdminVisit): Promise<PortalPage> {
  const { language, parts, params, query } = visit
  const flow = (await parts.flows()).find(({ name }) => name === params.name)
  if (!flow) throw unknownResource('flow')
  const others = flow.verdicts.filter(({ verdict }) => verdict !== 'holds')
  const holding = flow.verdicts.filter(({ verdict }) => verdict === 'holds')
  return {
    title: flow.title,
    content: html`${factsHtml(visit, flow)}
${drawingHtml(
  say(language, 'admin.flow.drawing', { flow: flow.name }),
  parts.drawFlow(flow.name, query.property),
)}
${waysHtml(language, flow)}
${
  others.length > 0 &&
  html`<section><h2>${say(language, 'admin.flow.broken')}</h2>
${itemsHtml(
  language,
  others.map((verdict) => verdictHtml(visit, flow, verdict)),
)}</section>`
}
<section><h2>${say(language, 'admin.flow.holds')}</h2>
${itemsHtml(
  language,
  holding.map((verdict) => verdictHtml(visit, flow, verdict)),
)}</section>`,
  }
}

function factsHtml({ language }: AdminVisit, flow: FlowRecord): Html {
  const { name, applications, states, transitions, weaker, digest } = flow
  return termsHtml([
    [say(language, 'admin.flow.name'), codeHtml(name)],
    [say(language, 'admin.flow.applications'), codeHtml(applications.join(', '))],
    [say(language, 'admin.flow.properties'), holdingText(language, flow)],
    [
      say(language, 'admin.flow.explored'),
      say(language, 'admin.flow.counts', { states, transitions }),
    ],
    [
      say(language, 'admin.flow.weaker'),
      weaker.length > 0 &&
        weaker.map(
          ({ ways, because }) => html`${codeHtml(ways.join(', '))}: ${nameHtml(because)}<br>`,
        ),
    ],
    [say(language, 'admin.flow.digest'), codeHtml(digest)],
  ])
}

/** The drawing in words, for whoever does not see it. */
function waysHtml(language: Language, { ways }: FlowRecord): Html {
  return html`<details><summary>${say(language, 'admin.flow.in-words')}</summary>
<ul>${ways.map(
    ({ from, to, by }) => html`<li>${wayHtml(from, to)}: ${codeHtml(by.join(', '))}</li>\n`,
  )}</ul></details>`
}

/** Decisions that have words here; the checker's own words otherwise. */
const decisions: Readonly<Record<string, string>> = {
  holds: 'admin.flow.holds',
  broken: 'admin.flow.broken',
  'possibly broken': 'admin.flow.possibly',
  'not decided': 'admin.flow.undecided',
}

function verdictHtml(visit: AdminVisit, { name }: FlowRecord, verdict: VerdictRecord): Html {
  const { language } = visit
  const { property, sentence, because, story, remedies } = verdict
  const isHolding = verdict.verdict === 'holds'
  const decision = decisions[verdict.verdict]
  return html`<p>${codeHtml(property)} ${englishHtml(sentence)}</p>
${!isHolding && html`<p><strong>${decision ? say(language, decision) : verdict.verdict}</strong></p>`}
${because !== undefined && html`<p>${englishHtml(because)}</p>`}
${
  story &&
  html`<details${!isHolding && html` open`}><summary>${say(language, 'admin.flow.story')}</summary>
${story.map((line) => html`<p lang="en" dir="ltr">${line.replaceAll('->', '→')}</p>\n`)}
<p><a href="${at(visit, `/flows/${name}`, { property })}">${say(language, 'admin.flow.show')}</a></p>
</details>`
}
${
  remedies &&
  remedies.length > 0 &&
  html`<p>${say(language, 'admin.flow.remedies')}</p>
<ul lang="en" dir="ltr">${remedies.map((remedy) => html`<li>${remedy}</li>\n`)}</ul>`
}`
}

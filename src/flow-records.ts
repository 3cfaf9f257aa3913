/** What administrators are shown of flows: verdicts and pictures, of a flow and of a login on its way. */
import type { LiveCatalogue } from './catalogue.ts'
import { graphOf } from './checker/graph.ts'
import type { Report, Verdict } from './checker/report.ts'
import { print } from './checker/story.ts'
import { svgOf } from './checker/svg.ts'
import type { AdminParts, FlowRecord, VerdictRecord } from './http/admin/route.ts'
import type { StepDeclaration } from './language/declaration.ts'
import { digest } from './language/digest.ts'
import type { FlowDefinition } from './language/flow.ts'
import type { Organisation } from './language/settings.ts'
import { reportsOf } from './reports.ts'

interface Checked {
  readonly of: Organisation
  readonly reports: readonly Report[]
  readonly records: readonly FlowRecord[]
}

/** They are checked once for what is in force, not for everybody who looks. */
export function checkedFlows(
  catalogue: LiveCatalogue,
  declarations: readonly StepDeclaration[],
): Pick<AdminParts, 'flows' | 'drawFlow'> {
  let last: Checked | undefined
  const checked = () => {
    const organisation = catalogue.organisation()
    if (last?.of !== organisation) last = checkAll(organisation, declarations)
    return last
  }
  return {
    async flows() {
      await catalogue.refresh()
      return checked().records
    },
    drawFlow(name, property) {
      const { of, reports } = checked()
      const flow = of.flows.find((one) => one.name === name)!
      const verdicts = reports.find((report) => report.flow === name)?.verdicts ?? []
      return svgOf(graphOf(flow, verdicts.find((one) => one.property === property)?.story))
    },
  }
}

function checkAll(of: Organisation, declarations: readonly StepDeclaration[]): Checked {
  const reports = reportsOf(of, declarations)
  const records = reports.map((report) =>
    recordOf(of.flows.find(({ name }) => name === report.flow)!, report),
  )
  return { of, reports, records }
}

function recordOf(flow: FlowDefinition, report: Report): FlowRecord {
  const { name, title, applications } = flow
  const { states, transitions, weaker, verdicts } = report
  return {
    ...{ name, title, applications, states, transitions, weaker },
    connections: Object.keys(flow.connections),
    ends: Object.values(flow.states).flatMap(({ id, kind }) => (kind === 'end' ? [id] : [])),
    ways: graphOf(flow).edges.map(({ from, to, lines }) => ({ from, to, by: lines })),
    digest: digest(flow),
    verdicts: verdicts.map(verdictOf),
  }
}

function verdictOf({ property, sentence, verdict, because, story, remedies }: Verdict) {
  return {
    ...{ property, sentence, verdict },
    ...(because !== undefined && { because }),
    ...(story && { story: print(story) }),
    ...(remedies && { remedies }),
  } satisfies VerdictRecord
}

/** On the definition that it began with: also where the file says something else by now. */
export async function drawLogin(
  catalogue: LiveCatalogue,
  { digest: began, state, events }: Parameters<AdminParts['drawLogin']>[0],
): Promise<string | undefined> {
  const flow = await catalogue.definition(began)
  // What is decided before a place is entered is recorded at the place with a question mark.
  const place = (id: string) => id.replace(/\?$/, '')
  const moves = events.map((event) => ({
    state: place(event.state),
    to: place(event.to ?? event.state),
  }))
  return flow && svgOf(graphOf(flow.definition, { moves, here: place(state) }))
}

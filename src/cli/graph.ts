/**
 * `sallyport graph FLOW`: a flow as a picture, drawn from the definition that runs.
 *
 * With `--property NAME` the picture shows the way that breaks it, or that shows it to be reachable.
 */
import { parseArgs } from 'node:util'
import { machineOf, mermaidOf } from '../checker/diagram.ts'
import { graphOf } from '../checker/graph.ts'
import type { Story } from '../checker/story.ts'
import { svgOf } from '../checker/svg.ts'
import type { FlowDefinition } from '../language/flow.ts'
import { didYouMean } from '../language/nearest.ts'
import { reportsOf } from '../reports.ts'
import { declarations, flowNamed, flowsNamed } from './flow-argument.ts'
import { type Command, type Io, UsageProblem } from './io.ts'

const options = {
  flows: { type: 'string' },
  format: { type: 'string', default: 'svg' },
  property: { type: 'string' },
} as const

export const run: Command = async (args, io) => {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const flow = await flowNamed(positionals[0], values.flows, io)
  const { property } = values
  const story = property ? await storyOf(flow, property, values.flows, io) : undefined
  const graph = graphOf(flow, story)
  if (values.format === 'svg') io.out(svgOf(graph))
  else if (values.format === 'mermaid') io.out(mermaidOf(graph))
  else if (values.format === 'xstate') io.out(JSON.stringify(machineOf(flow), undefined, 2))
  else throw new UsageProblem(`--format is svg, mermaid or xstate, not ${values.format}`)
  return 0
}

/** @throws {UsageProblem} when there is no such property, or nothing to show of it */
async function storyOf(
  flow: FlowDefinition,
  name: string,
  folder: string | undefined,
  io: Io,
): Promise<Story> {
  const flows = await flowsNamed(undefined, folder, io)
  const reports = reportsOf({ flows }, declarations)
  const verdicts = reports.find((report) => report.flow === flow.name)?.verdicts ?? []
  const verdict = verdicts.find(({ property }) => property === name)
  if (!verdict) {
    const known = verdicts.map(({ property }) => property)
    throw new UsageProblem(`${flow.name} has no property ${name}: ${didYouMean(name, known)}`)
  }
  if (verdict.story) return verdict.story
  throw new UsageProblem(`${name} of ${flow.name} has no story to draw: ${verdict.verdict}`)
}

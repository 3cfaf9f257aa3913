/** `sallyport graph FLOW`: a flow as a picture, drawn from the definition that runs. */
import { parseArgs } from 'node:util'
import { machineOf, mermaidOf } from '../checker/diagram.ts'
import { graphOf } from '../checker/graph.ts'
import { svgOf } from '../checker/svg.ts'
import { flowNamed } from './flow-argument.ts'
import { type Command, UsageProblem } from './io.ts'

const options = {
  flows: { type: 'string' },
  format: { type: 'string', default: 'svg' },
} as const

export const run: Command = async (args, io) => {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const flow = await flowNamed(positionals[0], values.flows, io)
  const graph = graphOf(flow)
  if (values.format === 'svg') io.out(svgOf(graph))
  else if (values.format === 'mermaid') io.out(mermaidOf(graph))
  else if (values.format === 'xstate') io.out(JSON.stringify(machineOf(flow), undefined, 2))
  else throw new UsageProblem(`--format is svg, mermaid or xstate, not ${values.format}`)
  return 0
}

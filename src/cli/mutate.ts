/** `sallyport mutate [FLOW]`: whether a property or a test notices every single edit of a flow. */
import { parseArgs } from 'node:util'
import type { Gained } from '../checker/gains.ts'
import { type Mutation, mutate } from '../checker/mutate.ts'
import { declarations, flowsNamed } from './flow-argument.ts'
import type { Command, Io } from './io.ts'

const options = {
  flows: { type: 'string' },
  json: { type: 'boolean' },
  all: { type: 'boolean' },
} as const

/** Exit 1 when an edit that makes a flow less secure breaks no property, or one survives. */
export const run: Command = async (args, io) => {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const flows = await flowsNamed(positionals[0], values.flows, io)
  const done = flows.map((flow) => mutate(flow, declarations))
  if (values.json) io.out(JSON.stringify(done, undefined, 2))
  else for (const one of done) print(one, values.all ?? false, io)
  const well = done.every(
    ({ unexplained, mutants }) =>
      unexplained.length === 0 && mutants.every(({ fate }) => fate !== 'survived'),
  )
  return well ? 0 : 1
}

function print({ flow, mutants, unexplained }: Mutation, all: boolean, io: Io): void {
  const fates = Map.groupBy(mutants, ({ fate }) => fate)
  const counts = [...fates].map(([fate, group]) => `${group.length} ${fate}`)
  io.out(`${flow}: ${mutants.length} edits: ${counts.join(', ')}`)
  const less = mutants.filter(({ gained }) => gained).length
  io.out(`  ${less} of them less secure, ${unexplained.length} of those unexplained`)
  const shown = all ? mutants : mutants.filter(({ fate }) => fate === 'survived')
  for (const { operator, text, fate, by, gained } of new Set([...shown, ...unexplained])) {
    io.out(`  ${fate}: ${operator}, ${text} (${by})`)
    if (gained) io.out(`    less secure: ${told(gained)}`)
  }
}

function told({ what, person, proven }: Gained): string {
  const whom = person.length > 0 ? `somebody of whom ${person.join(', and ')}` : 'somebody'
  return `${whom} ${what} with ${proven.join(' and ') || 'nothing proven'}`
}

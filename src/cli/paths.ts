/** `sallyport paths FLOW`: test paths made from a flow, and what they cover. */
import { parseArgs } from 'node:util'
import { generatePaths, type Paths } from '../checker/paths.ts'
import { declarations, flowNamed } from './flow-argument.ts'
import type { Command, Io } from './io.ts'

const options = { flows: { type: 'string' }, json: { type: 'boolean' } } as const

/** Exit 1 when the limit was reached before every transition was seen. */
export const run: Command = async (args, io) => {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const flow = await flowNamed(positionals[0], values.flows, io)
  const made = generatePaths(flow, declarations)
  if (values.json) io.out(JSON.stringify(made, undefined, 2))
  else print(made, io)
  return made.coverage.limited ? 1 : 0
}

function print({ paths, coverage }: Paths, io: Io): void {
  for (const { id, moves, end, needs } of paths) {
    io.out(`${id} -> ${end}${needs.length > 0 ? ` (needs a ${needs.join(' and a ')})` : ''}`)
    const shown = moves.filter(({ kind }) => kind !== 'offered' && kind !== 'finish')
    for (const { text, because } of shown) {
      io.out(`  ${text}${because.length > 0 ? `  [${because.join('; ')}]` : ''}`)
    }
  }
  const { transitions, covered, impossible, limited } = coverage
  io.out(`${paths.length} paths take ${covered} of ${transitions} transitions`)
  if (impossible.length > 0) {
    io.out(`no login of this configuration takes ${impossible.join(', ')}`)
  }
  if (limited) io.out('the limit was reached: there may be more')
}

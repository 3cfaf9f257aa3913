/** What the commands about one flow have in common: which flow, out of which folder. */
import { resolve } from 'node:path'
import type { StepDeclaration } from '../language/declaration.ts'
import type { FlowDefinition } from '../language/flow.ts'
import { loadFlows } from '../language/load.ts'
import { didYouMean } from '../language/nearest.ts'
import { renderProblem } from '../language/render.ts'
import { stepTypes } from '../steps/index.ts'
import { readFolder } from './folder.ts'
import { type Io, UsageProblem } from './io.ts'

export const declarations: readonly StepDeclaration[] = stepTypes.map((step) => step.declaration)

/**
 * @param name the flow's name, or its file; absent where a command takes all flows
 * @throws {UsageProblem} when the files have a problem, or there is no such flow
 */
export async function flowsNamed(
  name: string | undefined,
  folder: string | undefined,
  { cwd, env }: Pick<Io, 'cwd' | 'env'>,
): Promise<readonly FlowDefinition[]> {
  const at = resolve(cwd, folder ?? env.SALLYPORT_FLOWS ?? 'flows')
  const files = await readFolder(at).catch(() => {
    throw new UsageProblem(`the folder of flows ${at} cannot be read; name another with --flows`)
  })
  const { organisation, problems } = loadFlows(files, stepTypes, env)
  if (!organisation) {
    const told = problems.map((problem) => renderProblem(problem, files)).join('\n\n')
    throw new UsageProblem(`the flows in ${at} cannot be used:\n\n${told}`)
  }
  if (name === undefined) return organisation.flows
  const wanted = name.replace(/^.*\//, '').replace(/\.ya?ml$/, '')
  const found = organisation.flows.filter((flow) => flow.name === wanted)
  if (found.length > 0) return found
  const known = organisation.flows.map((flow) => flow.name)
  throw new UsageProblem(`there is no flow ${name}: ${didYouMean(wanted, known)}`)
}

/** @throws {UsageProblem} when a command that is about one flow was given none */
export async function flowNamed(
  name: string | undefined,
  folder: string | undefined,
  io: Pick<Io, 'cwd' | 'env'>,
): Promise<FlowDefinition> {
  const flows = await flowsNamed(name, folder, io)
  if (name === undefined) {
    const known = flows.map((flow) => flow.name).join(', ')
    throw new UsageProblem(`name the flow, one of ${known}`)
  }
  return flows[0]!
}

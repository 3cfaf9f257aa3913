/** Flows for tests of the checker: a text of states is loaded as a file would be. */
import { type CheckOptions, check } from '../../src/checker/check.ts'
import type { Report, Verdict } from '../../src/checker/report.ts'
import type { FlowDefinition } from '../../src/language/flow.ts'
import { loadFlows } from '../../src/language/load.ts'
import type { StepSpec } from '../../src/language/parse-scope.ts'
import type { SourceFile } from '../../src/language/source.ts'
import { testSteps } from './declarations.ts'

export interface Small {
  /** The `states` of the flow, as YAML without its first line. */
  readonly states: string
  /** Further keys at the top: `policy`, `weaker`, `properties`. */
  readonly top?: string
  readonly start?: string
  readonly shared?: Readonly<Record<string, string>>
  /** Connections with just-in-time provisioning switched off. */
  readonly jitOff?: readonly string[]
  /** Connections that are believed when they say `mfa`. */
  readonly trusted?: readonly string[]
}

const specs: StepSpec[] = testSteps.map((declaration) => ({
  declaration,
  params: declaration.type === 'assign' ? { rules: rulesParam() } : {},
}))

/** A reference, as a file of settings has it. */
const secret = '$'.concat('{env:SECRET}')

export const twoLevels = `
policy:
  acr:
    one: { factors: 1 }
    two: { factors: 2 }`

export const needsTwo = `${twoLevels}\n  floor: two`

/** @throws when the text is no flow: a test wants what it wrote */
export function loadSmall(small: Small, name = 'small'): FlowDefinition {
  return loadSeveral({ [name]: small }).find((flow) => flow.name === name)!
}

/** The files of a folder in which these are the flows. */
export function filesOf(flows: Readonly<Record<string, Small>>): readonly SourceFile[] {
  const files = Object.entries(flows).map(([name, small]) => ({
    name: `${name}.yaml`,
    text: fileOf(name, small),
  }))
  const shared = Object.values(flows).flatMap((small) =>
    Object.entries(small.shared ?? {}).map(([name, text]) => ({
      name: `shared/${name}.yaml`,
      text: `flow: shared/${name}\n${text}`,
    })),
  )
  return [
    ...files,
    ...shared,
    { name: 'connections.yaml', text: connectionsOf(Object.values(flows)) },
    { name: 'applications.yaml', text: applicationsOf(Object.keys(flows)) },
  ]
}

/** Stands for every secret of such a folder. */
export const smallEnv = { SECRET: 'a secret of sixteen letters or more' }

export function loadSeveral(flows: Readonly<Record<string, Small>>): readonly FlowDefinition[] {
  const loaded = loadFlows(filesOf(flows), specs, smallEnv)
  if (!loaded.organisation) {
    const told = loaded.problems.map(
      ({ code, message, place }) => `${code} ${place.file}:${place.line} ${message}`,
    )
    throw new Error(`the flow cannot be loaded:\n${told.join('\n')}`)
  }
  return loaded.organisation.flows
}

export function checkSmall(small: Small, options: CheckOptions = {}): Report {
  const [report] = check({ flows: [loadSmall(small)] }, testSteps, options)
  return report!
}

export function verdictOf(report: Report, property: string): Verdict {
  const found = report.verdicts.find((verdict) => verdict.property === property)
  if (!found) throw new Error(`there is no property ${property}`)
  return found
}

/** The properties that do not hold. */
export function brokenIn(report: Report): string[] {
  return report.verdicts
    .filter(({ verdict }) => verdict !== 'holds')
    .map(({ property }) => property)
}

function fileOf(name: string, { states, top = '', start }: Small): string {
  const first = /^\s*([a-z-]+):/.exec(states)?.[1] ?? 'start'
  return [
    `flow: ${name}`,
    `title: A flow of a test`,
    `applications: [${name}]`,
    `start: ${start ?? first}`,
    top.trim() === '' ? oneLevel : top.includes('policy:') ? top : `${oneLevel}\n${top}`,
    'states:',
    states,
  ].join('\n')
}

const oneLevel = `
policy:
  acr:
    one: { factors: 1 }`

function connectionsOf(flows: readonly Small[]): string {
  const off = flows.flatMap(({ jitOff = [] }) => jitOff)
  const trusted = flows.flatMap(({ trusted: ids = [] }) => ids)
  const connection = (id: string) =>
    [
      `  ${id}:`,
      `    title: ${id}`,
      '    protocol: oidc',
      `    issuer: https://${id}.example`,
      '    clientId: sallyport',
      `    clientSecret: ${secret}`,
      `    jit: ${!off.includes(id)}`,
      `    trustsAmr: [${trusted.includes(id) ? 'mfa' : ''}]`,
    ].join('\n')
  return ['connections:', ...['google', 'github', 'corp'].map(connection)].join('\n')
}

function applicationsOf(names: readonly string[]): string {
  const application = (id: string) =>
    [
      `  ${id}:`,
      `    title: ${id}`,
      `    flow: ${id}`,
      "    redirectUris: ['https://app.example/callback']",
      `    secret: ${secret}`,
    ].join('\n')
  return ['applications:', ...names.map(application)].join('\n')
}

function rulesParam() {
  return { kind: 'rules', gives: 'groups', description: 'which groups to give' } as const
}

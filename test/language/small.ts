/** A world small enough to write flows for in a line or two: six step types, two connections, one shop. */

import type { ProvesDeclaration } from '../../src/language/declaration.ts'
import type { Environment } from '../../src/language/fields.ts'
import type { FlowDefinition } from '../../src/language/flow.ts'
import { type Loaded, loadFlows } from '../../src/language/load.ts'
import type { StepSpec } from '../../src/language/parse-scope.ts'
import type { Overlays } from '../../src/language/settings.ts'
import type { SourceFile } from '../../src/language/source.ts'

const proves = (credential: string): readonly [ProvesDeclaration] => [
  {
    amr: ['pwd'],
    factor: 'knowledge',
    phishingResistant: false,
    source: 'registered',
    credential,
  },
]

/** `knock` names a person, `code` is a second factor, `enrol` makes one, `abroad` is an upstream. */
export const smallSteps: readonly StepSpec[] = [
  {
    declaration: {
      type: 'knock',
      mode: 'offered',
      needs: ['none', 'account'],
      subject: 'either',
      credential: true,
      uses: 'knock',
      hides: ['unknown', 'blocked', 'unavailable'],
      outcomes: {
        success: [{ by: 'person', proves: proves('knock'), identity: 'account' }],
        invalid: [{ by: 'person' }],
        unknown: [{ by: 'world' }],
        blocked: [{ by: 'person' }],
        unavailable: [{ by: 'world' }],
      },
    },
    params: {},
  },
  {
    declaration: {
      type: 'code',
      mode: 'offered',
      needs: ['account'],
      subject: 'keeps',
      credential: true,
      uses: 'code',
      hides: [],
      outcomes: {
        success: [{ by: 'person', proves: proves('code') }],
        invalid: [{ by: 'person' }],
        unavailable: [{ by: 'world' }],
      },
    },
    params: {
      skew: { kind: 'int', min: 0, max: 2, default: 1, description: 'steps' },
      loud: { kind: 'bool', default: false, description: 'whether it rings' },
      tone: { kind: 'word', values: ['low', 'high'], default: 'low', description: 'how it rings' },
      label: { kind: 'text', maxLength: 8, default: 'Code', description: 'what it is called' },
    },
  },
  {
    declaration: {
      type: 'enrol',
      mode: 'offered',
      needs: ['account'],
      subject: 'keeps',
      credential: true,
      enrols: true,
      uses: 'code',
      hides: [],
      outcomes: {
        success: [{ by: 'person', proves: proves('code') }],
        invalid: [{ by: 'person' }],
      },
    },
    params: {},
  },
  {
    declaration: {
      type: 'abroad',
      mode: 'offered',
      away: true,
      byConnection: true,
      needs: ['none', 'account'],
      subject: 'either',
      credential: true,
      uses: 'connection',
      hides: ['unavailable'],
      outcomes: {
        success: [{ by: 'person', proves: proves('upstream'), identity: 'account' }],
        unknown: [
          { from: ['none'], by: 'person', proves: proves('upstream'), identity: 'pass-through' },
        ],
        denied: [{ by: 'person' }],
        unavailable: [{ by: 'chance' }],
      },
    },
    params: {},
  },
  {
    declaration: {
      type: 'settle',
      mode: 'run',
      needs: ['pass-through'],
      subject: 'keeps',
      credential: false,
      hides: [],
      outcomes: {
        success: [{ by: 'world', identity: 'account' }],
        disabled: [{ by: 'world', when: { setting: { jit: false } } }],
      },
    },
    params: {},
  },
  {
    declaration: {
      type: 'sort',
      mode: 'run',
      needs: ['account'],
      subject: 'keeps',
      credential: false,
      hides: [],
      outcomes: { success: [{ by: 'world' }] },
    },
    params: { rules: { kind: 'rules', gives: 'groups', description: 'who gets what' } },
  },
]

const settings: Readonly<Record<string, string>> = {
  'connections.yaml': `
connections:
  north: {title: North, protocol: oidc, issuer: 'https://north.test', clientId: c, clientSecret: '\${env:NORTH}'}
  south: {title: South, protocol: oidc, issuer: 'https://south.test', clientId: c, clientSecret: '\${env:SOUTH}'}
`,
  'applications.yaml': `
applications:
  shop: {title: Shop, flow: shop, redirectUris: ['https://shop.test/cb'], secret: '\${env:SHOP}'}
`,
}

export interface World {
  readonly files?: Readonly<Record<string, string>>
  readonly env?: Environment
  readonly overlays?: Overlays
}

/** Loads `shop.yaml` beside the connections and the application of this small world. */
export function load(shop: string, { files = {}, env = {}, overlays = {} }: World = {}): Loaded {
  return loadFlows(filesOf(shop, files), smallSteps, env, overlays)
}

export function filesOf(shop: string, files: Readonly<Record<string, string>>): SourceFile[] {
  const all = { ...settings, 'shop.yaml': shop, ...files }
  return Object.entries(all).map(([name, text]) => ({ name, text }))
}

/** @throws when there is a problem: the test meant a flow without one */
export function defined(shop: string, world: World = {}): FlowDefinition {
  const { organisation, problems } = load(shop, world)
  if (!organisation) throw new Error(JSON.stringify(problems, undefined, 2))
  return organisation.flows.find(({ name }) => name === 'shop')!
}

/** A flow of which a test writes only the states. */
export function shop(states: string, more = ''): string {
  return `flow: shop
title: Shop
applications: [shop]
start: door
${more}
states:
${states}
`
}

/** The smallest flow there is. */
export const door = shop(`
  door: { offer: [knock], on: { success: in, exhausted: out } }
  in: { end: success }
  out: { end: failure, error: access_denied }
`)

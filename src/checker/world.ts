/** What can be so in the world of a flow: its variables, and what an account can hold. */
import type { Model } from './model.ts'
import type { ProofSlot } from './proofs.ts'
import { no, yes } from './variables.ts'

/** A credential that an account can have: its word, and what its best use proves. */
export interface Held {
  readonly word: number
  readonly uses: string
  /** The account's own, and not a way in by an upstream. */
  readonly own: boolean
  readonly proves: readonly {
    readonly factor: ProofSlot['factor']
    readonly credential: string
  }[]
}

export function declareWorld(model: Model): void {
  const { variables, connections, setup, definition } = model
  const usual = no | yes
  variables.world('account.exists', ['no account has that name', 'the account exists'], yes)
  variables.world(
    'account.active',
    ['the account is locked or disabled', 'the account is active'],
    yes,
  )
  variables.world('name.taken', ['the name is free', 'the name is taken by an account'], no)
  for (const connection of connections.slice(2)) {
    variables.world(
      `association(${connection})`,
      [
        `no account here is linked to this person at ${connection}`,
        `an account here is linked to this person at ${connection}`,
      ],
      usual,
    )
  }
  for (const { uses, byConnection } of setup.steps) {
    if (uses === undefined || byConnection) continue
    variables.world(
      `has(${uses})`,
      [`the account has no ${uses}`, `the account has a ${uses}`],
      usual,
    )
  }
  for (const [connection, facts] of Object.entries(definition.connections)) {
    for (const name of ['jit', ...Object.keys(facts.settings)]) {
      const title = name === 'jit' ? 'JIT' : name
      const text = `${title} is %s for ${connection}`
      variables.setting(`${connection}.${name}`, [
        text.replace('%s', 'off'),
        text.replace('%s', 'on'),
      ])
    }
  }
}

export function heldCredentials(model: Model): Held[] {
  const uses = [...new Set(model.setup.steps.flatMap((step) => step.uses ?? []))]
  const own = uses.flatMap((use): Held[] => {
    const word = model.word(`has(${use})`)
    if (word === 0 || model.setup.credentials?.has(use) === false) return []
    return [{ word, uses: use, own: true, proves: provedBy(model, use, use) }]
  })
  // A way in by an upstream is something that the account can prove as well.
  const linked = uses.flatMap((use) =>
    model.setup.steps.some((step) => step.uses === use && step.byConnection)
      ? model.connections.slice(2).map((connection): Held => {
          const name = `association(${connection})`
          const proves = provedBy(model, use, name)
          return { word: model.word(name), uses: use, own: false, proves }
        })
      : [],
  )
  return [...own, ...linked]
}

function provedBy(model: Model, use: string, credential: string): Held['proves'] {
  return model.setup.steps
    .filter((step) => step.uses === use && !step.enrols)
    .flatMap((step) => step.outcomes.success?.[0].proves ?? [])
    .map(({ factor }) => ({ factor, credential }))
}

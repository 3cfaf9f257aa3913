/**
 * collect: asks a person who is to get an account for what their upstream has not said.
 *
 *     offer: [{ collect: { name: true, email: true, username: true } }]
 *
 * A name and an address are asked for only where they are missing; an address that is typed is not
 * verified. A user name must be one that nobody has: it is never a way to somebody else's account
 * (WSO2-2021-1573). Nothing is stored: `provision` makes the account of it, if it comes to that.
 *
 * | outcome | when                                                     |
 * | ------- | -------------------------------------------------------- |
 * | success | all that was asked for is there                          |
 * | invalid | something is missing or no such thing, or a name is taken |
 */
import type { Claims } from '../../language/facts.ts'
import { defineStep, type StepCall } from '../../language/step.ts'
import { chosenName } from '../provision/name.ts'
import { passThroughOf } from '../subject.ts'
import { isAddress, isText } from './typed.ts'

const asked = (what: string) => `ask for ${what}`

const askFor = {
  name: { kind: 'bool', default: false, description: asked('a name, where none is known') },
  email: { kind: 'bool', default: false, description: asked('an address, where none is known') },
  username: { kind: 'bool', default: false, description: asked('a user name that is free') },
} as const

export const collect = defineStep({
  declaration: {
    type: 'collect',
    mode: 'offered',
    needs: ['pass-through'],
    subject: 'keeps',
    credential: false,
    hides: [],
    outcomes: {
      success: [
        {
          by: 'person',
          identity: 'pass-through',
          records: ['identity.email', 'identity.emailVerified', 'identity.name'],
          // Another user name may be free, and one that is made of another address as well.
          forgets: ['name.taken'],
          enact: 'fills in what was missing',
        },
      ],
      invalid: [{ by: 'person', enact: 'leaves something out, or wants a name that is taken' }],
    },
  },
  params: askFor,
  fields: [
    {
      name: 'username',
      kind: 'text',
      label: 'collect.username',
      autocomplete: 'username',
      maxLength: 128,
      required: true,
    },
    {
      name: 'name',
      kind: 'text',
      label: 'collect.name',
      autocomplete: 'name',
      maxLength: 256,
      required: true,
    },
    {
      name: 'email',
      kind: 'email',
      label: 'collect.email',
      autocomplete: 'email',
      maxLength: 254,
      required: true,
    },
  ],

  asks: missing,

  async work(call) {
    const identity = passThroughOf(call.identity)
    const { claims } = identity
    const typed = Object.fromEntries(missing(call).map((what) => [what, call.input[what]?.trim()]))
    const { name = claims.name, email = claims.email, username } = typed
    if ('name' in typed && !isText(name)) return { outcome: 'invalid' }
    if ('email' in typed && !isAddress(email)) return { outcome: 'invalid' }

    let preferredUsername = claims.preferredUsername
    if ('username' in typed) {
      const own = claims.emailVerified === true ? claims.email : undefined
      preferredUsername = chosenName(username, own)
      if (preferredUsername === undefined) {
        return { outcome: 'invalid', message: 'collect.unusable' }
      }
      if (await call.ports.findByUserName(preferredUsername)) {
        return { outcome: 'invalid', message: 'collect.taken' }
      }
    }
    const filled: Claims = {
      ...claims,
      ...(name !== undefined && { name }),
      ...(email !== undefined && { email }),
      ...('email' in typed && { emailVerified: false }),
      ...(preferredUsername !== undefined && { preferredUsername }),
    }
    return { outcome: 'success', identity: { ...identity, claims: filled } }
  },
})

function missing({
  identity,
  params,
}: Pick<StepCall<typeof askFor>, 'identity' | 'params'>): readonly string[] {
  const { claims } = passThroughOf(identity)
  return [
    ...(params.username ? ['username'] : []),
    ...(params.name && claims.name === undefined ? ['name'] : []),
    ...(params.email && claims.email === undefined ? ['email'] : []),
  ]
}

/**
 * consent: shows what an upstream has said of a person, and asks whether their account may hold it.
 *
 *     offer: [consent]
 *
 * Entered without an account, the yes waits in the login for `provision`, which keeps it with the account;
 * nothing is stored of whoever says no. Entered with one, it is kept at once, in place of what was agreed to
 * before. Later logins read it as `account.agreed`.
 *
 * | outcome | when                                 |
 * | ------- | ------------------------------------ |
 * | success | the person agrees                    |
 * | denied  | the person does not                  |
 * | invalid | the answer is neither                |
 */
import { assertedAttributes } from '../../language/asserted.ts'
import type { Claims } from '../../language/facts.ts'
import { type Answer, defineStep, type Exhibit, type StepCall } from '../../language/step.ts'
import { choice } from '../choice.ts'
import { accountOf } from '../subject.ts'

export const consent = defineStep({
  declaration: {
    type: 'consent',
    mode: 'offered',
    needs: ['pass-through', 'account'],
    subject: 'keeps',
    credential: false,
    hides: [],
    outcomes: {
      success: [
        {
          from: ['pass-through'],
          by: 'person',
          identity: 'pass-through',
          enact: 'agrees that an account is made of it',
        },
        {
          from: ['account'],
          by: 'person',
          records: ['account.agreed'],
          where: { 'account.agreed': { is: true } },
          enact: 'agrees that their account holds it',
        },
      ],
      denied: [{ by: 'person', enact: 'does not agree that an account holds it' }],
      invalid: [{ by: 'person', enact: 'says neither yes nor no' }],
    },
  },
  params: {},
  fields: [choice('consent', 'decision', ['yes', 'no'])],

  async show({ identity }) {
    const claims = claimsOf(identity)
    const { name, email, preferredUsername } = claims
    const told = ['name', 'email', 'preferredUsername']
    const further = assertedAttributes(claims).filter((each) => !told.includes(each))
    const shown = {
      name,
      email,
      username: preferredUsername,
      further: further.map((each) => each.replace(/^other\./, '')).join(', ') || undefined,
    }
    const exhibits = Object.entries(shown).flatMap(([what, text]): Exhibit[] =>
      text === undefined ? [] : [{ kind: 'text', label: `consent.${what}`, text }],
    )
    return { exhibits }
  },

  async work({ facts, identity, input, nowMs }) {
    if (input.decision === 'no') return { outcome: 'denied' }
    return input.decision === 'yes' ? agreed({ facts, identity, nowMs }) : { outcome: 'invalid' }
  },
})

function agreed({
  facts,
  identity,
  nowMs,
}: Pick<StepCall, 'facts' | 'identity' | 'nowMs'>): Answer<'success'> {
  const attributes = assertedAttributes(claimsOf(identity))
  if (identity.kind === 'pass-through') {
    return { outcome: 'success', identity: { ...identity, agreed: { attributes, atMs: nowMs } } }
  }
  const { account, connection } = accountOf(identity)
  const application = String(facts['application.id'])
  const kept = { account, connection, application, attributes, agreedMs: nowMs }
  return {
    outcome: 'success',
    case: 1,
    facts: { 'account.agreed': true },
    // What our own account says of itself is nobody's to agree to.
    writes: connection === 'local' ? [] : [{ ...kept, write: 'keep-consent', otherwise: 'skip' }],
  }
}

function claimsOf(identity: StepCall['identity']): Claims {
  return identity.kind === 'none' ? {} : identity.claims
}

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { check } from '../../src/checker/check.ts'
import { Acting } from '../../src/cli/play/acting.ts'
import { loginIn, redirectIn } from '../../src/cli/play/client.ts'
import { giveAccount, newPerson } from '../../src/cli/play/person.ts'
import { play } from '../../src/cli/play/player.ts'
import { openStage } from '../../src/cli/play/stage.ts'
import { loadFlows } from '../../src/language/load.ts'
import { stepTypes } from '../../src/steps/index.ts'
import { ends } from '../checker/corpus/row.ts'
import { filesOf, smallEnv } from '../support/checked.ts'

const wired = 'denied: no, blocked: no, exhausted: no'
const { organisation, problems } = loadFlows(
  filesOf({
    small: {
      states: `
  sign-in:
    offer: [google]
    on: { success: enough, unknown: no, ${wired} }
  enough:
    decide:
      - when: proofs.factors >= 2
        to: done
      - to: second
  second:
    offer: [totp, google]
    on: { success: enough, unavailable: no, ${wired} }${ends}`,
    },
    other: {
      states: `
  sign-in:
    offer: [google]
    on: { success: done, unknown: no, ${wired} }${ends}`,
    },
  }),
  stepTypes,
  smallEnv,
)

describe('a flow that nobody has checked, and that only a session goes round', () => {
  it('ends as an error that the application is told: nobody is let in, and the operator reads why', async () => {
    assert.ok(organisation, problems.map(({ message }) => message).join('\n'))
    const stage = await openStage(organisation)
    try {
      const person = newPerson('somebody')
      await giveAccount(stage, person, { associations: ['google'] })
      const [other, small] = ['other', 'small'].map((name) => ({
        flow: organisation.flows.find((flow) => flow.name === name)!,
        application: stage.organisation.applications.find(({ id }) => id === name)!,
      }))
      const acting = new Acting(stage, other!.flow)
      const { client } = acting
      const first = loginIn((await client.begin(other!.application)).answer)!
      const option = acting.offered(first, 'google')!
      const signedIn = await acting.answer(first, option, first.actions[0]!, person, 'rightly')
      assert.ok((await client.finish(signedIn!.redirect!)).code)

      const { answer } = await client.begin(small!.application)
      const told = await client.finish(loginIn(answer)?.redirect ?? redirectIn(answer)!)
      assert.deepEqual([told.code, told.error], [undefined, 'server_error'])

      const events = [...stage.logins.values()].at(-1)!.events
      assert.deepEqual(
        [events.at(-1)?.outcome, events.at(-1)?.reason, events.at(-1)?.to],
        ['error', 'went round', undefined],
      )
      assert.match(stage.reports.join(), /flow small goes round: 100 states .*\(I-09\)/)
      assert.deepEqual(stage.violations, [])
    } finally {
      await stage.close()
    }
  })

  it('is told by the check, and that story is played with a session of the other application', async () => {
    assert.ok(organisation)
    const declarations = stepTypes.map(({ declaration }) => declaration)
    const report = check(organisation, declarations).find(({ flow }) => flow === 'small')
    const verdict = report?.verdicts.find(({ property }) => property === 'I-09')
    assert.equal(verdict?.verdict, 'broken')
    const stage = await openStage(organisation)
    try {
      const { result, because, end } = await play(stage, verdict.story!)
      assert.deepEqual([result, because], ['as-told', undefined])
      assert.equal(end?.error, 'server_error')
      assert.deepEqual(stage.violations, [])
    } finally {
      await stage.close()
    }
  })
})

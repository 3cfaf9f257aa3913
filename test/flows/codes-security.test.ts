import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { check } from '../../src/checker/check.ts'
import { loadFlows } from '../../src/language/load.ts'
import { stepTypes } from '../../src/steps/index.ts'
import { RelyingParty } from '../support/relying-party.ts'
import { type Place, visitorOf, ways } from '../support/visitor.ts'
import type { World } from '../support/world.ts'
import { answerAt, signIn, start } from './people.ts'

const declarations = stepTypes.map(({ declaration }) => declaration)

describe('codes that are sent', () => {
  it('security 90: every step that takes what can be guessed has its guesses counted', () => {
    const guessable = stepTypes.filter(
      ({ declaration, fields }) =>
        declaration.credential &&
        !declaration.enrols &&
        fields.some(({ kind }) => kind === 'password' || kind === 'code'),
    )
    assert.deepEqual(guessable.map(({ declaration }) => declaration.type).sort(), [
      'otp',
      'password',
      'prove-email',
      'recovery-code',
      'sms',
      'totp',
    ])
    for (const { declaration, guesses } of guessable) assert.ok(guesses, declaration.type)
  })

  for (const step of ['totp', 'sms', 'recovery-code']) {
    it(`security 96: no flow lets anybody in by ${step} alone: it says of nobody who they are`, () => {
      const text = `flow: alone
title: Sign in
applications: [alone]
start: only
states:
  only: { offer: [${step}], on: { success: done, exhausted: no } }
  done: { end: success }
  no: { end: failure, error: access_denied }
`
      const applications = `applications:
  alone: { title: Alone, flow: alone, redirectUris: ['https://a.example/cb'], auth: none }
`
      const { organisation, problems } = loadFlows(
        [
          { name: 'alone.yaml', text },
          { name: 'applications.yaml', text: applications },
        ],
        stepTypes,
      )
      const broken = organisation
        ? check(organisation, declarations)[0]!.verdicts.filter(
            ({ verdict }) => verdict === 'broken',
          )
        : []
      assert.ok(problems.length > 0 || broken.some(({ property }) => property === 'I-04'))
    })
  }
})

for (const way of ways) {
  describe(`guessing at codes that were sent, by ${way}`, () => {
    it('security 89: forty wrong ones at once leave no guess for the right one (I-23)', async (t) => {
      const { world, visitor } = await start(t, way)
      const asked = await ask(world, visitor, 'recover', 'otp', { username: 'jane' })
      const code = await codeTo(world, 'jane@acme.test')
      const others = await Promise.all(
        Array.from({ length: 8 }, async () => {
          const other = visitorOf(world, way)
          return { other, place: await ask(world, other, 'recover', 'otp', { username: 'jane' }) }
        }),
      )
      const wrong = code === '000000' ? '111111' : '000000'
      await Promise.all(
        others.flatMap(({ other, place }) =>
          Array.from({ length: 5 }, () => other.force(place, 'otp', { code: wrong })),
        ),
      )
      const late = await visitor.act(asked, 'otp', { code })
      assert.deepEqual(late.actions.otp, ['code', 'again'], 'the right one is refused as well')
    })

    it('security 125: whoever guesses at them locks nobody out of what they know and have', async (t) => {
      const { world, visitor } = await start(t, way)
      let place = await ask(world, visitor, 'recover', 'otp', { username: 'jane' })
      for (let guess = 0; guess < 5 && 'otp' in place.actions; guess++) {
        place = await visitor.act(place, 'otp', { code: 'wrong' })
      }
      assert.ok(answerAt(await signIn(world, visitorOf(world, way))).code)
    })

    it('security 90: an address that is to be proven is guessed at no more than an account is', async (t) => {
      const { world, visitor } = await start(t, way)
      const asked = await ask(world, visitor, 'sign-up', 'prove-email', { email: 'ann@new.test' })
      const code = await codeTo(world, 'ann@new.test')
      const thief = visitorOf(world, way)
      let place = await ask(world, thief, 'sign-up', 'prove-email', { email: 'ANN@new.test' })
      for (let guess = 0; guess < 5 && 'prove-email' in place.actions; guess++) {
        place = await thief.act(place, 'prove-email', { code: 'wrong' })
      }
      const late = await visitor.act(asked, 'prove-email', { code })
      assert.deepEqual(late.actions['prove-email'], ['code', 'again'])
    })
  })
}

async function ask(
  world: World,
  visitor: ReturnType<typeof visitorOf>,
  clientId: string,
  action: string,
  fields: Readonly<Record<string, string>>,
): Promise<Place> {
  const application = await RelyingParty.discover({
    issuer: world.issuer.href,
    clientId,
    redirectUri: `${world.env.THRIFT_URL}/${clientId}/callback`,
  })
  const first = await visitor.begin(await application.parameters())
  return visitor.act(first, action, fields)
}

async function codeTo(world: World, address: string): Promise<string> {
  await world.app.deliver()
  const body = world.mail.findLast(({ to }) => to === address)?.body ?? ''
  return /\b[0-9]{6}\b/.exec(body)?.[0] ?? 'nothing came'
}

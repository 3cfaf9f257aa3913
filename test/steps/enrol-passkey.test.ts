import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { generateRegistrationOptions } from '@simplewebauthn/server'
import type { Behaviour, CeremonyOptions } from '../../src/cli/play/authenticator.ts'
import { passkeyOf } from '../../src/steps/webauthn/passkey.ts'
import { call } from './fake-ports.ts'
import { enrol, enrolParams, enrolPasskey, portsWith, relyingParty } from './passkey-world.ts'

describe('enrol-passkey step', () => {
  it('asks for a passkey that names its account, of a device that verifies, and for no attestation', async () => {
    const { options, keep } = await enrol('acc_jane')
    const { challenge, rp, user, attestation, authenticatorSelection } = options as Record<
      string,
      unknown
    >
    assert.equal(challenge, keep?.challenge)
    assert.equal(Buffer.from(String(challenge), 'base64url').length, 32)
    assert.deepEqual(rp, { name: 'Thrift', id: relyingParty.id })
    assert.deepEqual(user, {
      id: Buffer.from('acc_jane').toString('base64url'),
      name: 'acc_jane',
      displayName: 'acc_jane',
    })
    assert.equal(attestation, 'none')
    assert.deepEqual(authenticatorSelection, {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    })
  })

  it('puts the passkey on file with its public key, its counter and its name, and tells its owner', async () => {
    const { answer, write, device } = await enrol('acc_jane', { isBackupEligible: true })
    assert.equal(answer.outcome, 'success')
    assert.deepEqual(answer.credentials, [write.id])
    assert.equal(write.account, 'acc_jane')
    assert.equal(write.kind, 'webauthn')
    assert.equal(write.counter, 1)
    assert.equal(write.otherwise, 'conflict')
    assert.match(write.id, /^pk_[\w-]{43}$/)
    const [made] = device.passkeys
    assert.deepEqual(passkeyOf(write.secret), {
      credentialId: made!.id,
      publicKey: Buffer.from(made!.publicKey).toString('base64url'),
      backupEligible: true,
      transports: ['internal'],
    })
    assert.equal(write.name, 'Key')
    assert.equal(answer.writes?.[1]?.write, 'send-message')
  })

  it('asks for another device than those that have a passkey of this account', async () => {
    const first = await enrol('acc_jane')
    const second = await enrol('acc_jane')
    const ports = portsWith({ acc_jane: [first.write, second.write] })
    const { exhibits } = await enrolPasskey.show!(
      call({ ports, identity: first.identity, params: enrolParams }),
    )
    const [exhibit] = exhibits
    assert.ok(exhibit?.kind === 'ceremony')
    const { excludeCredentials } = exhibit.options as unknown as CeremonyOptions
    assert.deepEqual(
      excludeCredentials?.map(({ id }) => id),
      [first.device.passkeys[0]!.id, second.device.passkeys[0]!.id],
    )
  })

  it('ends in conflict where that passkey is on file', async () => {
    const { write, response, keep, identity } = await enrol('acc_jane')
    const answer = await enrolPasskey.work(
      call({
        ports: portsWith({ acc_jane: [write] }),
        identity,
        params: enrolParams,
        kept: keep,
        input: { response },
      }),
    )
    assert.deepEqual(answer, { outcome: 'conflict' })
  })

  it('is not changed by what the library was asked elsewhere, nor changes it', async () => {
    const elsewhere = () =>
      generateRegistrationOptions({ rpName: 'x', rpID: 'x.example', userName: 'x' })
    const before = (await elsewhere()).authenticatorSelection
    const plain = structuredClone(before)
    await generateRegistrationOptions({
      rpName: 'x',
      rpID: 'x.example',
      userName: 'x',
      preferredAuthenticatorType: 'securityKey',
      authenticatorSelection: {},
    })
    const { options } = await enrol('acc_jane')
    const selection = options.authenticatorSelection as Record<string, unknown>
    assert.equal('authenticatorAttachment' in selection, false)
    selection.userVerification = 'discouraged'
    const again = (await enrol('acc_jane')).options.authenticatorSelection
    assert.equal((again as Record<string, unknown>).userVerification, 'required')
    assert.deepEqual((await elsewhere()).authenticatorSelection, plain)
  })

  it('takes nothing that was not asked for', async () => {
    const { ports, identity } = { ...(await enrol('acc_jane')), ports: portsWith({ acc_jane: [] }) }
    await assert.rejects(
      enrolPasskey.work(call({ ports, identity, params: enrolParams, input: { response: '' } })),
      TypeError,
    )
  })
})

describe('enrol-passkey step refuses', () => {
  const attacks: Readonly<Record<string, Behaviour>> = {
    'another origin (security 104)': { origin: 'https://evil.example' },
    'another RP ID (security 104)': { rpId: 'evil.example' },
    'the challenge of another login (security 102)': { challenge: 'AAAA' },
    'a page in a frame of another origin (security 104)': { clientData: { crossOrigin: true } },
    'what was signed to sign in': { type: 'webauthn.get' },
    'a device that has verified nobody (security 107)': { isVerified: false },
    'a device at which nobody was': { isPresent: false },
  }
  for (const [what, told] of Object.entries(attacks)) {
    it(what, async () => {
      const { answer } = await enrol('acc_jane', told)
      assert.deepEqual(answer, { outcome: 'invalid', message: 'enrol-passkey.invalid' })
    })
  }

  it('an id that the authenticator has not signed', async () => {
    const { response, keep, identity } = await enrol('acc_jane')
    const other = JSON.stringify({ ...JSON.parse(response), id: 'AAAA', rawId: 'AAAA' })
    const input = { response: other }
    const ports = portsWith({ acc_jane: [] })
    const answer = await enrolPasskey.work(
      call({ ports, identity, params: enrolParams, kept: keep, input }),
    )
    assert.equal(answer.outcome, 'invalid')
  })

  for (const response of ['', '{', 'null', '[]', '{"id":"AA","rawId":"AA","type":"public-key"}']) {
    it(`${response || 'nothing'} as an answer (security 110)`, async () => {
      const { keep, identity } = await enrol('acc_jane')
      const ports = portsWith({ acc_jane: [] })
      const answer = await enrolPasskey.work(
        call({ ports, identity, params: enrolParams, kept: keep, input: { response } }),
      )
      assert.equal(answer.outcome, 'invalid')
    })
  }
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Behaviour, CeremonyOptions } from '../../src/cli/play/authenticator.ts'
import type { Identity } from '../../src/language/facts.ts'
import { verifyAttestation } from '../../src/steps/enrol-passkey/attestation.ts'
import { verifyAssertion } from '../../src/steps/webauthn/assertion.ts'
import type { RelyingParty } from '../../src/steps/webauthn/relying-party.ts'
import { readAssertion, readAttestation } from '../../src/steps/webauthn/response.ts'
import { webauthnStep } from '../../src/steps/webauthn/step.ts'
import { account, call, nobody } from './fake-ports.ts'
import { enrol, portsWith, relyingParty } from './passkey-world.ts'

const webauthn = webauthnStep(relyingParty)
const required = { userVerification: 'required' }

/** Jane has a passkey, and stands where `identity` says. */
async function jane(usual: Behaviour = {}, identity: Identity = nobody, params = required) {
  const { device, write } = await enrol('acc_jane', usual, { issuer: 'Thrift', ...params })
  const ports = portsWith({ acc_jane: [write] })
  const { exhibits, keep } = await webauthn.show!(call({ ports, identity, params }))
  const [exhibit] = exhibits
  assert.ok(exhibit?.kind === 'ceremony' && keep)
  const options = exhibit.options as unknown as CeremonyOptions
  const work = (response: string, over: Partial<Parameters<typeof call>[0]> = {}) =>
    webauthn.work(call({ ports, identity, params, kept: keep, input: { response }, ...over }))
  return { device, write, ports, options, exhibit, keep, work }
}

describe('webauthn step', () => {
  it('asks anybody for a passkey that names its account, with a challenge of 256 bits (security 102)', async () => {
    const { exhibit, options, keep } = await jane()
    assert.equal(exhibit.ceremony, 'get')
    assert.equal(Buffer.from(options.challenge, 'base64url').length, 32)
    assert.equal(options.challenge, keep.challenge)
    assert.equal(options.rpId, 'login.example')
    assert.equal(options.userVerification, 'required')
    assert.deepEqual(options.allowCredentials, [])
  })

  it('makes another challenge each time it is shown, also after a wrong answer (I-22)', async () => {
    const { ports, keep } = await jane()
    const again = await webauthn.show!(
      call({ ports, identity: nobody, params: required, kept: keep }),
    )
    assert.notEqual(again.keep?.challenge, keep.challenge)
  })

  it('asks a known account for its own passkeys', async () => {
    const { options, device } = await jane({}, account('acc_jane'))
    assert.deepEqual(
      options.allowCredentials?.map(({ id }) => id),
      device.passkeys.map(({ id }) => id),
    )
  })

  it('names the account of the passkey, and moves its counter on', async () => {
    const { device, work, options, write } = await jane()
    assert.deepEqual(await work(device.get(options)), {
      outcome: 'success',
      case: 0,
      identity: {
        kind: 'account',
        account: 'acc_jane',
        connection: 'local',
        claims: { name: 'acc_jane' },
        groups: [],
        source: 'local',
        new: false,
      },
      credentials: [write.id],
      writes: [
        {
          write: 'advance-counter',
          credential: write.id,
          from: 1,
          to: 2,
          otherwise: 'invalid',
        },
      ],
    })
  })

  it('keeps the account that is known, with and without a passkey that names it (checker.md 9)', async () => {
    const { device, work, options } = await jane({}, account('acc_jane'))
    for (const told of [{}, { userHandle: undefined }]) {
      const answer = await work(device.get(options, told))
      assert.deepEqual([answer.outcome, answer.case, answer.identity], ['success', 2, undefined])
    }
  })

  it('proves a factor that no page can phish, and one that the device has not verified as less', () => {
    const proves = webauthn.declaration.outcomes.success?.map((each) => each.proves?.[0])
    assert.deepEqual(
      proves?.map((each) => each?.amr),
      [['swk', 'user'], ['swk'], ['swk', 'user'], ['swk']],
    )
    assert.ok(proves?.every((each) => each?.phishingResistant && each.factor === 'possession'))
  })

  it('tells a device that has verified nobody from one that has (security 107)', async () => {
    const { device, work, options } = await jane({ isVerified: false }, nobody, {
      userVerification: 'preferred',
    })
    assert.equal((await work(device.get(options))).case, 1)
    assert.equal((await work(device.get(options, { isVerified: true }))).case, 0)
  })

  it('is blocked for an account that is locked, once the passkey has signed (security 84)', async () => {
    const { device, work, options, write } = await jane()
    const ports = portsWith({ acc_jane: [write] }, 'locked')
    assert.equal((await work(device.get(options), { ports })).outcome, 'blocked')
    const broken = device.get(options, { breaksSignature: true })
    assert.equal((await work(broken, { ports })).outcome, 'invalid')
  })

  it('is unavailable to a known account without a passkey', async () => {
    const { device, work, options } = await jane()
    const ports = portsWith({ acc_jane: [] })
    const answer = await work(device.get(options), { ports, identity: account('acc_jane') })
    assert.deepEqual(answer, { outcome: 'unavailable' })
  })

  it('takes a passkey without a counter as often as it comes (WebAuthn L3, 7.2 step 22)', async () => {
    const { device, work, options, write } = await jane({ counter: 0 })
    assert.equal(write.counter, 0)
    assert.deepEqual((await work(device.get(options))).writes, [])
  })

  it('answers nothing that was not asked', async () => {
    const { device, work, options } = await jane()
    await assert.rejects(work(device.get(options), { kept: undefined }), TypeError)
  })
})

describe('webauthn step refuses', () => {
  const attacks: Readonly<Record<string, Behaviour>> = {
    'another origin (security 104)': { origin: 'https://login.example.evil.example' },
    'the origin without its port': { origin: 'https://login.example' },
    'the origin by http': { origin: 'http://login.example:8443' },
    'another RP ID (security 104)': { rpId: 'evil.example' },
    'the challenge of another login (security 102)': { challenge: 'AAAA' },
    'a page in a frame of another origin (security 104)': { clientData: { crossOrigin: true } },
    'a page in a frame that names its top': {
      clientData: { crossOrigin: true, topOrigin: 'https://evil.example' },
    },
    'a top origin alone': { clientData: { topOrigin: 'https://evil.example' } },
    'what was signed to make a passkey': { type: 'webauthn.create' },
    'a device that has verified nobody (security 107)': { isVerified: false },
    'a device at which nobody was (security 107)': { isPresent: false },
    'a key that could not be copied, and now can (7.2, step 19)': { isBackupEligible: true },
    'a signature with one bit turned': { breaksSignature: true },
  }
  for (const [what, told] of Object.entries(attacks)) {
    it(what, async () => {
      const { device, work, options } = await jane()
      const answer = await work(device.get(options, told))
      assert.deepEqual(answer, { outcome: 'invalid', message: 'webauthn.invalid' })
      assert.equal((await work(device.get(options))).outcome, 'success', 'otherwise it is right')
    })
  }

  for (const counter of [0, 1]) {
    it(`a counter that is ${counter} after 1, and says so in the story (security 106)`, async () => {
      const { device, work, options } = await jane()
      const answer = await work(device.get(options, { counter }))
      assert.deepEqual(answer, { outcome: 'invalid', case: 1, message: 'webauthn.invalid' })
    })
  }

  it("another person's passkey, whomever it names (security 105)", async () => {
    const { work, write, options } = await jane({}, account('acc_jane'))
    const bob = await enrol('acc_bob')
    const ports = portsWith({ acc_jane: [write], acc_bob: [bob.write] })
    const handles = [bob.device.passkeys[0]!.userHandle, undefined, base64Url('acc_jane')]
    for (const userHandle of handles) {
      const response = bob.device.get(options, { userHandle }, bob.device.passkeys[0])
      assert.equal((await work(response, { ports })).outcome, 'invalid')
    }
  })

  it('a passkey that names nobody, an unknown account, or one that it is not of', async () => {
    const { device, work, options } = await jane()
    for (const userHandle of [undefined, base64Url('acc_nobody'), base64Url("' or 1=1 --"), 'AA']) {
      assert.equal((await work(device.get(options, { userHandle }))).outcome, 'invalid')
    }
  })

  it('whatever is no answer of a browser (security 110)', async () => {
    const { device, work, options } = await jane()
    const right = JSON.parse(device.get(options))
    const { response } = right
    const wrong: unknown[] = [
      null,
      [],
      1,
      'text',
      {},
      { ...right, id: 'AA' },
      { ...right, rawId: undefined },
      { ...right, type: 'password' },
      { ...right, response: null },
      ...['clientDataJSON', 'authenticatorData', 'signature'].flatMap((name) =>
        [undefined, null, {}, '', '!!', 'AAAA'].map((value) => ({
          ...right,
          response: { ...response, [name]: value },
        })),
      ),
      { ...right, response: { ...response, userHandle: { $ne: 1 } } },
    ]
    for (const each of [...wrong.map((one) => JSON.stringify(one)), '', '{', '\u0000']) {
      assert.equal((await work(each)).outcome, 'invalid', each)
    }
  })

  it('damaged data of the authenticator, without breaking (security 110)', async () => {
    const { device, work, options } = await jane()
    const right = JSON.parse(device.get(options))
    const bytes = Buffer.from(right.response.authenticatorData, 'base64url')
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, by) => {
          const damaged = Buffer.from(bytes)
          damaged[at]! ^= by
          const authenticatorData = damaged.toString('base64url')
          const response = { ...right.response, authenticatorData }
          const answer = await work(JSON.stringify({ ...right, response }))
          assert.equal(answer.outcome, 'invalid')
        },
      ),
      { numRuns: 200 },
    )
  })
})

/**
 * W3C, Web Authentication Level 3, section 16 (test vectors): registration and authentication of each.
 * What is refused is refused for a reason of ours, or of the library's that asking for no attestation
 * makes irrelevant; it is written here so that a change shows.
 */
const refused: Readonly<Record<string, string>> = {
  'ES256 Credential with "crossOrigin": true in clientDataJSON': 'no frame has our pages in it',
  'ES256 Credential with "topOrigin" in clientDataJSON': 'no frame has our pages in it',
  'Packed Attestation with ES384 Credential': 'an algorithm that is not asked for',
  'Packed Attestation with ES512 Credential': 'an algorithm that is not asked for',
  'Packed Attestation with Ed448 Credential': 'an algorithm that is not asked for',
  'TPM Attestation with ES256 Credential': 'the library knows no manufacturer 0',
  'Android Key Attestation with ES256 Credential': "the library has only Google's roots",
  'Apple Anonymous Attestation with ES256 Credential': "the library has only Apple's root",
  'FIDO U2F Attestation with ES256 Credential': 'the library wants an AAGUID of zeros',
}

interface Vector {
  readonly title: string
  readonly registration: Readonly<
    Record<'challenge' | 'credential_id' | 'clientDataJSON' | 'attestationObject', string>
  >
  readonly authentication: Readonly<
    Record<'challenge' | 'authenticatorData' | 'clientDataJSON' | 'signature', string>
  >
}

describe('WebAuthn Level 3 test vectors', () => {
  const vectors: readonly Vector[] = JSON.parse(
    readFileSync(join(import.meta.dirname, 'webauthn-vectors.json'), 'utf8'),
  )
  const example: RelyingParty = { id: 'example.org', origin: 'https://example.org' }

  it('are all fifteen', () => {
    assert.equal(vectors.length, 15)
    const titles = vectors.map(({ title }) => title)
    assert.deepEqual(
      Object.keys(refused).filter((title) => !titles.includes(title)),
      [],
    )
  })

  for (const vector of vectors) {
    const reason = refused[vector.title]
    it(`${vector.title}: ${reason ? `refused, ${reason}` : 'is taken'}`, async () => {
      const found = await runVector(vector, example)
      assert.equal(found !== undefined, reason === undefined)
    })

    if (reason) continue
    it(`${vector.title}: is refused for any other party or challenge (security 104)`, async () => {
      const others = [
        { ...example, id: 'example.com' },
        { ...example, origin: 'http://example.org' },
        { ...example, origin: 'https://example.org:8443' },
      ]
      for (const other of others) assert.equal(await runVector(vector, example, other), undefined)
      const { registration, authentication } = vector
      const moved = { ...authentication, challenge: registration.challenge }
      assert.equal(await runVector({ ...vector, authentication: moved }, example), undefined)
    })
  }
})

/** Registers at one party and signs in at another: the same one unless said. */
async function runVector(
  { registration, authentication }: Vector,
  first: RelyingParty,
  second = first,
) {
  const userVerification = 'preferred'
  const id = fromHex(registration.credential_id)
  const text = (response: unknown) =>
    JSON.stringify({ id, rawId: id, type: 'public-key', response })
  const made = readAttestation(
    text({
      clientDataJSON: fromHex(registration.clientDataJSON),
      attestationObject: fromHex(registration.attestationObject),
    }),
  )
  const attested =
    made &&
    (await verifyAttestation(made, first, {
      challenge: fromHex(registration.challenge),
      userVerification,
    }))
  const used = readAssertion(
    text({
      clientDataJSON: fromHex(authentication.clientDataJSON),
      authenticatorData: fromHex(authentication.authenticatorData),
      signature: fromHex(authentication.signature),
    }),
  )
  if (!attested || !used) return undefined
  return verifyAssertion(used, attested.passkey, second, {
    challenge: fromHex(authentication.challenge),
    userVerification,
  })
}

function fromHex(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64url')
}

function base64Url(text: string): string {
  return Buffer.from(text).toString('base64url')
}

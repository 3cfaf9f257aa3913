/** People with passkeys, and what their devices answer, for the tests of both passkey steps. */

import {
  Authenticator,
  type Behaviour,
  type CeremonyOptions,
} from '../../src/cli/play/authenticator.ts'
import type { Write } from '../../src/language/write.ts'
import { enrolPasskeyStep } from '../../src/steps/enrol-passkey/step.ts'
import { account, call, fakePorts, person } from './fake-ports.ts'

export const relyingParty = { id: 'login.example', origin: 'https://login.example:8443' }
export const enrolPasskey = enrolPasskeyStep(relyingParty)
export const enrolParams = { issuer: 'Thrift', userVerification: 'required' }

/** A passkey that `enrol-passkey` has made, with the device that holds it. */
export async function enrol(id: string, usual: Behaviour = {}, params = enrolParams) {
  const device = new Authenticator({ origin: relyingParty.origin, ...usual })
  const ports = fakePorts({ people: [person(id)] })
  const identity = account(id)
  const { exhibits, keep } = await enrolPasskey.show!(call({ ports, identity, params }))
  const [exhibit] = exhibits
  if (exhibit?.kind !== 'ceremony') throw new Error('nothing is asked of the browser')
  const response = device.create(exhibit.options as unknown as CeremonyOptions)
  const answer = await enrolPasskey.work(
    call({ ports, identity, params, kept: keep, input: { response, name: ' Key ' } }),
  )
  const write = answer.writes?.[0] as Write & { write: 'add-credential' }
  return { device, answer, write, keep, response, options: exhibit.options, identity }
}

/** Ports where these people have the passkeys that were written for them. */
export function portsWith(
  people: Readonly<Record<string, readonly (Write & { write: 'add-credential' })[]>>,
  status: 'active' | 'locked' = 'active',
) {
  const all = Object.entries(people)
  return fakePorts({
    people: all.map(([id, writes]) =>
      person(id, {
        status,
        claims: { name: id, groups: ['upstream'] },
        credentials: writes.map((write) => ({ id: write.id, kind: write.kind })),
      }),
    ),
    credentials: Object.fromEntries(
      all.flatMap(([account, writes]) =>
        writes.map(({ id, kind, secret, counter }) => [
          `${account} ${kind} ${id}`,
          { id, secret, counter },
        ]),
      ),
    ),
  })
}

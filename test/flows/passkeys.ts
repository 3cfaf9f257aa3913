/** What people do with passkeys at a flow, by pages or by the JSON API. */
import {
  Authenticator,
  type Behaviour,
  type CeremonyOptions,
} from '../../src/cli/play/authenticator.ts'
import type { Place, Visitor } from '../support/visitor.ts'
import type { World } from '../support/world.ts'

export function deviceFor({ issuer }: World): Authenticator {
  return new Authenticator({ origin: issuer.origin })
}

export async function createPasskey(
  visitor: Visitor,
  place: Place,
  device: Authenticator,
): Promise<Place> {
  const response = device.create(optionsAt(place, 'enrol-passkey'))
  return visitor.act(place, 'enrol-passkey', { name: 'Key', response })
}

export async function usePasskey(
  visitor: Visitor,
  place: Place,
  device: Authenticator,
  told: Behaviour = {},
): Promise<Place> {
  const response = device.get(optionsAt(place, 'webauthn'), told)
  return visitor.act(place, 'webauthn', { response })
}

/** What the browser is asked, as a page or the API carries it. */
export function optionsAt({ page, login }: Place, action: string): CeremonyOptions {
  if (login) {
    const found = login.actions.find(({ name }) => name === action)?.webauthn
    return found?.options as unknown as CeremonyOptions
  }
  const section = page!
    .$('[data-ceremony]')
    .filter((_, each) => page!.$(each).find('input[name=action]').attr('value') === action)
  return JSON.parse(section.attr('data-options')!)
}

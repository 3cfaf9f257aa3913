/** Where our own pages stand, which are applications of ours: below the issuer, like everything here. */
import type { ApplicationFile, Portal } from '../../language/settings.ts'
import { addressOf, type Settings } from '../settings.ts'

/** What is changed of an account on the way through a flow comes back to the account's pages. */
export function portalPath(portal: Portal): '/admin' | '/account' {
  return portal === 'admin' ? '/admin' : '/account'
}

/** Where codes for an application may be sent: where its file says, or to our own pages. */
export function redirectUrisOf(
  settings: Pick<Settings, 'issuer'>,
  { portal, redirectUris }: Pick<ApplicationFile, 'portal' | 'redirectUris'>,
): readonly string[] {
  return portal === undefined
    ? redirectUris
    : [addressOf(settings, `${portalPath(portal)}/callback`)]
}

/**
 * Telling applications that a session has ended (OpenID Connect Back-Channel Logout 1.0).
 *
 * Nobody is told while a request is being answered: what ends a session leaves a message beside it, in the
 * same transaction, and the logout token is made when that is sent.
 */
import type { Client, Provider } from 'oidc-provider'
import { type NewMessage, type Sender, Undeliverable } from '../../engine/outbox.ts'
import { logoutMessage, readLogout } from '../../engine/session-end.ts'
import { calling } from '../../kit/trace.ts'

/** How long an application may take to answer. */
const timeoutMs = 5_000

/** The library would call the application by itself, before anything is written; it is told to leave word. */
export function leaveWord(provider: Provider, write: (message: NewMessage) => void): void {
  const prototype = (provider.Client as unknown as { prototype: Tells }).prototype
  prototype.backchannelLogout = async function (this: Client, subject, sessionId) {
    write(logoutMessage({ application: this.clientId, subject, sessionId }))
  }
}

interface Tells {
  backchannelLogout(this: Client, subject: string, sessionId: string): Promise<void>
}

/** @param listener the application of this id, if it wants to be told */
export function backchannelSender(
  provider: Provider,
  listener: (application: string) => Promise<Client | undefined>,
): Sender {
  return async ({ id, payload }) => {
    const { application, subject, sessionId } = readLogout(payload)
    const client = await listener(application)
    if (!client) return
    const token = await logoutToken(provider, client, { subject, sessionId, id })
    const url = client.backchannelLogoutUri!
    const about = { 'server.address': new URL(url).host }
    const answer = await calling(application, about, (tracing) =>
      fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: { ...tracing, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ logout_token: token }),
        signal: AbortSignal.timeout(timeoutMs),
      }),
    )
    await answer.body?.cancel()
    if (answer.status === 200 || answer.status === 204) return
    const text = `${application} answered a logout token with ${answer.status}`
    // Section 2.8: it was understood and refused; the same would be refused again.
    if (answer.status === 400) throw new Undeliverable(text)
    throw new Error(text)
  }
}

/** Section 2.4. Its `jti` is the message's: an application that is told twice can see that. */
async function logoutToken(
  provider: Provider,
  client: Client,
  { subject, sessionId, id }: { subject: string; sessionId: string; id: string },
): Promise<string> {
  const token = new provider.IdToken({ sub: subject }, { client, ctx: undefined })
  Object.assign(token, { mask: { sub: null } })
  token.set('events', { 'http://schemas.openid.net/event/backchannel-logout': {} })
  token.set('jti', id)
  token.set('sid', sessionId)
  return token.issue({ use: 'logout' })
}

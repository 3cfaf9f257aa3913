/** A visit to the upstream of a connection: the way there, and what it says when the person is back. */
import type { UpstreamAnswer } from '../../language/ports.ts'
import type { ConnectionSettings, StepCall } from '../../language/step.ts'
import { UpstreamFailure } from './failure.ts'

/**
 * @param forceAuthentication whether the upstream is to ask anew, whoever is signed in there
 * @throws {UpstreamFailure} UPSTREAM_OFF
 */
export async function leaveForUpstream(
  call: StepCall,
  state: string,
  forceAuthentication: boolean,
): Promise<{ url: string; keep: Readonly<Record<string, string>> }> {
  const connection = connectionOf(call)
  if (!connection.enabled) throw new UpstreamFailure('UPSTREAM_OFF', connection.id, 'it is off')
  return call.ports.upstream(connection.id).depart({ state, forceAuthentication })
}

/** @returns absence: the connection was switched off in the meantime, and is not asked */
export async function backFromUpstream(
  call: StepCall,
): Promise<
  { readonly connection: ConnectionSettings; readonly answer: UpstreamAnswer } | undefined
> {
  const { arrival, kept, ports } = call
  const connection = connectionOf(call)
  if (!connection.enabled) return undefined
  if (!arrival || !kept) throw new TypeError('nobody has come back')
  const upstream = ports.upstream(connection.id)
  const answer = await upstream.arrive(arrival.url, arrival.state, kept, arrival.posted)
  return { connection, answer }
}

/** What a proof at an upstream names: whoever is known here by it has a credential of that name. */
export function upstreamCredential({ id }: ConnectionSettings, subject: string): string {
  return `connection:${id}:${subject}`
}

function connectionOf({ connection }: StepCall): ConnectionSettings {
  if (!connection) throw new TypeError('no connection')
  return connection
}

/** Holds a verifier of tickets to its contract, whoever wrote it. */
import type { TicketVerifier } from '../../language/plug-in.ts'
import { UpstreamFailure } from '../federated/failure.ts'
import { inTime } from '../in-time.ts'

export interface Verifier {
  /**
   * @returns the principal without its realm; absence where the ticket is good for nothing or of another realm
   * @throws {Error} it has thrown, was late, or has answered what no verifier may
   */
  nameIn(ticket: string): Promise<string | undefined>
}

/**
 * What it answers is a user's principal (RFC 4120, 6.2): a name without a `/`, and its realm.
 *
 * @param realm whose principals are meant, letter for letter (RFC 4120, 6.1)
 * @param timeoutMs until it must have answered
 */
export function openVerifier(
  name: string,
  plugIn: TicketVerifier,
  { realm, timeoutMs }: { readonly realm: string; readonly timeoutMs: number },
): Verifier {
  const broken = (why: string) => new UpstreamFailure('UPSTREAM_ERROR', name, why)
  return {
    async nameIn(ticket) {
      const answer = await asked(() => inTime((signal) => plugIn.verify(ticket, signal), timeoutMs))
      if (answer === null) return undefined
      const [, user, itsRealm] = /^([^@/\s]{1,256})@([^@/\s]{1,253})$/.exec(String(answer)) ?? []
      if (user === undefined) throw broken('it answers with what is no principal of a user')
      return itsRealm === realm ? user : undefined
    },
  }

  /** Only the kind of what it throws is told: it has been shown the ticket, and its words may repeat that. */
  async function asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (thrown) {
      if (thrown instanceof Error && thrown.name === 'TimeoutError') throw thrown
      throw broken(`it has thrown: ${thrown instanceof Error ? thrown.name : 'no error'}`)
    }
  }
}

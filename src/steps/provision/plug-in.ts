/** Holds a creator to its contract, whoever wrote it. */
import type { Creator, CreatorAnswer, IdentityCreator } from '../../language/plug-in.ts'
import { UpstreamFailure } from '../federated/failure.ts'
import { inTime } from '../in-time.ts'
import { profileOf } from '../profile.ts'
import { usableName } from './name.ts'

/**
 * What it answers is an account for the directory that was asked for, under a name that can be one, or none.
 *
 * @param timeoutMs until it must have answered
 */
export function openCreator(name: string, plugIn: IdentityCreator, timeoutMs: number): Creator {
  const broken = (why: string) => new UpstreamFailure('UPSTREAM_ERROR', name, why)
  return {
    async create(request) {
      const answer = await asked(() =>
        inTime((signal) => plugIn.create(request, signal), timeoutMs),
      )
      if (answer === null || answer === undefined) return { declined: 'null' }
      if (answer.status === 'failed') return { declined: 'failed' }
      const { user } = answer as Partial<Extract<CreatorAnswer, { status: 'success' }>>
      if (answer.status !== 'success' || !user) throw broken('it says success, and names nobody')
      if (user.directory !== request.directory) {
        throw broken('it answers with somebody of another directory')
      }
      const userName = typeof user.userName === 'string' ? usableName(user.userName) : undefined
      if (userName === undefined) throw broken('it answers with a name that can be nobody`s')
      const claims = profileOf(user.claims ?? request.claims)
      return { user: { directory: user.directory, userName, claims } }
    },
  }

  /**
   * Whatever it throws is its failure, and stays apart from a bug of ours. Only the kind of it is told: it has been
   * shown what the person typed, and its words may repeat that.
   */
  async function asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (thrown) {
      if (thrown instanceof Error && thrown.name === 'TimeoutError') throw thrown
      throw broken(`it has thrown: ${thrown instanceof Error ? thrown.name : 'no error'}`)
    }
  }
}

/** Where from and when somebody comes, and what services say of them: what a story is told under. */
import { everyCondition } from '../../language/compile.ts'
import type { FactValue } from '../../language/facts.ts'
import type { FlowDefinition } from '../../language/flow.ts'
import type { Part } from './cast.ts'
import type { Script } from './services.ts'
import { CannotPlay } from './world.ts'

export interface Circumstances {
  /** The address that the proxy in front says. Absent: it says none, so that nobody knows it. */
  readonly address: string | undefined
  /** When the login begins, in milliseconds since the Unix epoch. Absent: now. */
  readonly nowMs: number | undefined
  readonly services: Script
}

/** Reserved for documentation (RFC 5737), and so no network that a flow names by itself. */
const anywhere = '203.0.113.7'

/** @throws {CannotPlay} for what is learnt of other logins that no part of this story makes */
export function circumstancesOf({ facts, undecidable }: Part, flow: FlowDefinition): Circumstances {
  const others = facts.get('account.otherSessions')
  if (typeof others === 'number' && others > 0) {
    throw new CannotPlay(`it needs that the account has ${others} other sessions`)
  }
  if (facts.get('device.known') === true) {
    throw new CannotPlay('it needs a device that its owner has had remembered before')
  }
  const address = facts.get('network.address')
  const now = facts.get('time.now')
  return {
    address: undecidable.has('network.address')
      ? undefined
      : typeof address === 'string'
        ? address
        : anywhere,
    nowMs: typeof now === 'number' ? now : undefined,
    services: ({ results }) => {
      const said = resultIn(results, facts.get('service.result'), flow)
      const score = facts.get('service.score')
      const isSilent = undecidable.has('service.score')
      return {
        ...(said === undefined ? {} : { result: said }),
        ...(isSilent ? {} : { score: typeof score === 'number' ? score : 0 }),
      }
    },
  }
}

/** A result that no condition names stands for any other than those that one does. */
function resultIn(
  results: readonly string[],
  told: FactValue | null | undefined,
  flow: FlowDefinition,
): string | undefined {
  if (told === undefined) return results[0]
  if (results.includes(String(told))) return String(told)
  const texts = everyCondition(flow).map(({ source }) => source)
  return results.find((word) => texts.every((text) => !text.includes(`'${word}'`)))
}

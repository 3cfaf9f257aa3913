/** Logins that take over what an administrator has switched before each request. */
import type { Logins } from './engine/view.ts'

/** A connection that is switched off is off for logins under way as well. */
export function upToDate(logins: Logins, refresh: () => Promise<void>): Logins {
  return {
    async view(id, browserSecret) {
      await refresh()
      return logins.view(id, browserSecret)
    },
    async visit(visit) {
      await refresh()
      return logins.visit(visit)
    },
    async act(submission) {
      await refresh()
      return logins.act(submission)
    },
    async arrive(arrival) {
      await refresh()
      return logins.arrive(arrival)
    },
    async deliver(delivery) {
      await refresh()
      return logins.deliver(delivery)
    },
    metadata: logins.metadata,
    confirm: logins.confirm,
    restart: (id, browserSecret) => logins.restart(id, browserSecret),
  }
}

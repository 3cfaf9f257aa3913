/** What a server does beside answering: it sends what waits to be sent, seals the audit, and sweeps. */
import type { App } from '../app.ts'
import { pageSize } from '../store/audit-chain.ts'
import { isMoreToSweep } from '../store/sweep.ts'

const sendEveryMs = 1_000
const sealEveryMs = 2_000
const sweepEveryMs = 60_000
/** Before what was too much for once is gone on with: others come in between. */
const goOnAfterMs = 100

/** @returns what stops it; whatever is under way is finished first */
export function keepUp(
  app: Pick<App, 'deliver' | 'sealAudit' | 'sweep'>,
  report: (error: unknown, id: string | undefined) => void,
): { close(): Promise<void> } {
  const loops = [
    every(sendEveryMs, async () => {
      await app.deliver()
      return false
    }),
    every(sealEveryMs, async () => (await app.sealAudit()) >= pageSize),
    every(sweepEveryMs, async () => isMoreToSweep(await app.sweep())),
  ]

  /**
   * Never twice at once: the next time counts from the end of the last.
   *
   * @param work whether there was more than it could do
   */
  function every(pauseMs: number, work: () => Promise<boolean>) {
    let timer: NodeJS.Timeout | undefined
    let running: Promise<void> = Promise.resolve()
    let stopped = false
    const again = (afterMs: number) => {
      timer = setTimeout(() => {
        running = once().then((isMore) => {
          if (!stopped) again(isMore ? goOnAfterMs : pauseMs)
        })
      }, afterMs)
      timer.unref()
    }
    const once = async () => {
      try {
        return await work()
      } catch (thrown) {
        report(thrown, undefined)
        return false
      }
    }
    again(pauseMs)
    return async () => {
      stopped = true
      clearTimeout(timer)
      await running
    }
  }

  return {
    async close() {
      await Promise.all(loops.map((stop) => stop()))
    },
  }
}

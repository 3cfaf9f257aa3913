/** What a server does beside answering: it sends what waits to be sent, seals the audit, and sweeps. */
import type { App } from '../app.ts'

const sendEveryMs = 1_000
const sealEveryMs = 2_000
const sweepEveryMs = 60_000

/** @returns what stops it; whatever is under way is finished first */
export function keepUp(
  app: Pick<App, 'deliver' | 'sealAudit' | 'sweep'>,
  report: (error: unknown, id: string | undefined) => void,
): { close(): Promise<void> } {
  const loops = [
    every(sendEveryMs, () => app.deliver()),
    every(sealEveryMs, () => app.sealAudit()),
    every(sweepEveryMs, () => app.sweep()),
  ]

  /** Never twice at once: the next time counts from the end of the last. */
  function every(pauseMs: number, work: () => Promise<unknown>) {
    let timer: NodeJS.Timeout | undefined
    let running: Promise<void> = Promise.resolve()
    let stopped = false
    const again = () => {
      timer = setTimeout(() => {
        running = once().finally(() => {
          if (!stopped) again()
        })
      }, pauseMs)
      timer.unref()
    }
    const once = async () => {
      try {
        await work()
      } catch (thrown) {
        report(thrown, undefined)
      }
    }
    again()
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

/** A port of loopback that nobody listens on at the moment. */
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Below those that systems give to whoever asks for any: what is free now is not somebody's a moment later. */
const range = [10_000, 32_768] as const

export function freePort(): Promise<number> {
  const port = randomInt(...range)
  return new Promise((done, failed) => {
    const probe = createServer()
    probe.once('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'EADDRINUSE') done(freePort())
      else failed(new Error(`port ${port}: ${code}`))
    })
    probe.listen(port, () => probe.close(() => done(port)))
  })
}

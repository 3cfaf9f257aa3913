/** The wire to a database, on which answers can be late, or be lost together with the connection. */
import { connect, createServer, type Socket } from 'node:net'
import { listen } from '../../src/cli/listen.ts'

export class Wire {
  /** How late each answer is. */
  delayMs = 0
  /** How many commits have gone through without their answer. */
  cuts = 0
  #commits = 0
  #cutAt = 0
  readonly #open = new Set<Socket>()
  readonly #server = createServer((near) => this.#join(near))
  readonly #target: number
  port = 0

  private constructor(target: number) {
    this.#target = target
  }

  /** @param target the database's port, on loopback */
  static async lay(target: number): Promise<Wire> {
    const wire = new Wire(target)
    wire.port = await listen(wire.#server as never, 0, '127.0.0.1')
    return wire
  }

  /** The `at`-th commit from now on, counted from 1, is the last that its connection carries. */
  cutAfterCommit(at: number): void {
    this.#commits = 0
    this.#cutAt = at
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#open) socket.destroy()
  }

  #join(near: Socket): void {
    const far = connect(this.#target, '127.0.0.1')
    let isCut = false
    let told: Promise<unknown> = Promise.resolve()
    near.on('data', (asked) => {
      if (asked.includes('COMMIT') && ++this.#commits === this.#cutAt) isCut = true
      far.write(asked)
    })
    far.on('data', (answer) => {
      if (isCut) {
        this.cuts++
        near.destroy()
        far.destroy()
        return
      }
      const late = this.delayMs
      told = told.then(() => late > 0 && new Promise((done) => setTimeout(done, late)))
      void told.then(() => near.write(answer))
    })
    for (const [own, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#open.add(own)
      own.on('error', () => other.destroy())
      own.on('close', () => {
        this.#open.delete(own)
        other.destroy()
      })
    }
  }
}

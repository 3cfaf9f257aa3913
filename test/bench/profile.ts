/** Where a process spends its time, as it looks at itself. */
import { Session } from 'node:inspector/promises'

/** A function and what it has called, as a stack is seen. */
export interface Frame {
  readonly name: string
  /** Whose code it is: a room of ours, a package, `node`, or `native`. */
  readonly owner: string
  /** In it and in all that it has called, in microseconds. */
  micros: number
  readonly inside: Map<string, Frame>
}

const sampleMicros = 200

export class Profiler {
  readonly #session = new Session()

  async begin(): Promise<void> {
    this.#session.connect()
    await this.#session.post('Profiler.enable')
    await this.#session.post('Profiler.setSamplingInterval', { interval: sampleMicros })
    await this.#session.post('Profiler.start')
  }

  /** @returns the whole of it, without the time in which nothing was to do */
  async end(): Promise<SentFrame> {
    const { profile } = await this.#session.post('Profiler.stop')
    this.#session.disconnect()
    const root: Frame = { name: 'all', owner: 'node', micros: 0, inside: new Map() }
    const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
    const parents = new Map(
      profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
    )
    const stackOf = (id: number): typeof profile.nodes => {
      const parent = parents.get(id)
      return parent === undefined ? [] : [...stackOf(parent), nodes.get(id)!]
    }
    for (const [index, id] of profile.samples!.entries()) {
      const frames = stackOf(id).map(({ callFrame }) => callFrame)
      if (frames[0]?.functionName === '(idle)') continue
      // Looking at itself is nothing that a login does.
      if (frames.some(({ url }) => url === 'node:inspector')) continue
      add(root, frames.map(frameOf), profile.timeDeltas![index]!)
    }
    return sent(root)
  }
}

/** As it is told to another process. */
export interface SentFrame extends Omit<Frame, 'inside'> {
  readonly inside: readonly SentFrame[]
}

function sent({ inside, ...frame }: Frame): SentFrame {
  return { ...frame, inside: [...inside.values()].map(sent) }
}

function add(root: Frame, stack: readonly Pick<Frame, 'name' | 'owner'>[], micros: number): void {
  let frame = root
  frame.micros += micros
  for (const { name, owner } of stack) {
    const key = `${owner} ${name}`
    const known = frame.inside.get(key)
    const called = known ?? { name, owner, micros: 0, inside: new Map() }
    if (!known) frame.inside.set(key, called)
    called.micros += micros
    frame = called
  }
}

function frameOf({ functionName: name, url }: Called): Pick<Frame, 'name' | 'owner'> {
  const owner = ownerOf(url, name)
  // Functions of a native module go by each other's names.
  const isKnown = owner !== 'native' || name.startsWith('(')
  return { name: isKnown ? name || '(nameless)' : '(native)', owner }
}

interface Called {
  readonly functionName: string
  readonly url: string
}

function ownerOf(url: string, name: string): string {
  const [, own] = /\/src\/([^/]+)/.exec(url) ?? []
  const [, pack] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? []
  if (pack) return pack
  if (own) return `src/${own.replace(/\.ts$/, '')}`
  if (name === '(garbage collector)') return 'garbage collection'
  return url.startsWith('node:') ? 'node' : 'native'
}

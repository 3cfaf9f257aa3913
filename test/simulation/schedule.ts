/**
 * Who goes on next, decided by a seed. Everything that happens at the same time is a task; it waits at points,
 * and of all the tasks that wait one goes on, when none is at work. The same seed is the same history.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

/** Numbers that look like chance: mulberry32, which is public domain. */
export class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** From 0 up to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  below(count: number): number {
    return Math.floor(this.next() * count)
  }

  happens(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(among: readonly T[]): T {
    return among[this.below(among.length)]!
  }
}

export interface Task {
  readonly number: number
  /** The process that it runs in; it dies with it. */
  readonly node: string
  isDead: boolean
}

/** What a client hears of a request whose process has died. */
export class Crashed extends Error {}

interface Waiting {
  readonly task: Task
  readonly at: string
  readonly isOpen: () => boolean
  readonly goOn: () => void
}

/** Turns of the event loop that a task may be at work between two points. */
const turnsMax = 1_000_000

/** One for all schedules: what is once kept in one is carried along by every later promise. */
const present = new AsyncLocalStorage<Task>()

export class Schedule {
  readonly chance: Chance
  /** One line for each step that was taken. */
  readonly trace: string[] = []
  readonly #waiting: Waiting[] = []
  #tasks = 0
  #atWork = 0
  #failure: unknown

  constructor(chance: Chance) {
    this.chance = chance
  }

  /** The task that asks; absent outside of any. */
  get task(): Task | undefined {
    return present.getStore()
  }

  /** Begins a task that nobody waits for. */
  begin(node: string, work: () => Promise<void>): void {
    this.#start(node, work).catch((thrown: unknown) => {
      this.#failure ??= thrown
    })
  }

  /**
   * Asks another process for something.
   *
   * @throws {Crashed} when it dies meanwhile
   */
  async call<T>(node: string, work: () => Promise<T>): Promise<T> {
    const caller = this.task!
    this.#atWork -= 1
    return new Promise<T>((resolve, reject) => {
      const answer = (give: () => void) => this.#wait({ task: caller, at: 'hears', give })
      const started = this.#start(node, work, () => answer(() => reject(new Crashed())))
      started.then(
        (value) => answer(() => resolve(value)),
        (thrown) => answer(() => reject(thrown)),
      )
    })
  }

  /** The task goes on when it is its turn, and `isOpen`. Outside of any task: at once. */
  async point(at: string, isOpen: () => boolean = () => true): Promise<void> {
    const { task } = this
    if (!task) return
    this.#atWork -= 1
    await new Promise<void>((resolve) => this.#wait({ task, at, isOpen, give: resolve }))
  }

  /** A process dies: none of its tasks goes on. */
  kill(node: string): void {
    this.trace.push(`${node} dies`)
    for (const task of this.#alive.filter((one) => one.node === node)) {
      task.isDead = true
      this.#onDeath.get(task)?.()
      this.#onDeath.delete(task)
    }
    this.#alive = this.#alive.filter(({ isDead }) => !isDead)
    for (let at = this.#waiting.length - 1; at >= 0; at--) {
      if (this.#waiting[at]!.task.isDead) this.#waiting.splice(at, 1)
    }
  }

  /**
   * Until nothing is left to be done.
   *
   * @param between called before each step
   */
  async run(between: () => void): Promise<void> {
    for (;;) {
      await this.#rest()
      if (this.#failure) throw this.#failure
      between()
      const open = this.#waiting.filter(({ isOpen }) => isOpen())
      if (open.length === 0) return
      // Which of two came to its point first depends on the machine; whose number is smaller does not.
      open.sort((a, b) => a.task.number - b.task.number)
      const next = this.chance.pick(open)
      this.#waiting.splice(this.#waiting.indexOf(next), 1)
      this.trace.push(`${next.task.node} ${next.task.number} ${next.at}`)
      this.#atWork += 1
      next.goOn()
    }
  }

  #alive: Task[] = []
  readonly #onDeath = new Map<Task, () => void>()

  async #start<T>(node: string, work: () => Promise<T>, onDeath?: () => void): Promise<T> {
    const task = { number: ++this.#tasks, node, isDead: false }
    this.#alive.push(task)
    if (onDeath) this.#onDeath.set(task, onDeath)
    this.#atWork += 1
    try {
      return await present.run(task, work)
    } finally {
      this.#atWork -= 1
      this.#onDeath.delete(task)
      this.#alive = this.#alive.filter((one) => one !== task)
    }
  }

  #wait({
    task,
    at,
    isOpen = () => true,
    give,
  }: {
    task: Task
    at: string
    isOpen?: () => boolean
    give: () => void
  }): void {
    if (task.isDead) return
    this.#waiting.push({ task, at, isOpen, goOn: give })
  }

  /** Until every task waits. A hash is made by another thread: so it is not enough to let promises settle. */
  async #rest(): Promise<void> {
    for (let turns = 0; turns < turnsMax; turns++) {
      await new Promise((resolve) => setImmediate(resolve))
      if (this.#atWork === 0) return
    }
    throw new Error('a task waits for something that is no point')
  }
}

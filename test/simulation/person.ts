/** Somebody with a browser, who mostly does the right thing, and sometimes anything else that a browser can. */
import { generateSync } from 'otplib'
import { begin } from '../../src/engine/begin.ts'
import type { Login } from '../../src/engine/login.ts'
import { openLogins } from '../../src/engine/logins.ts'
import { seqFor } from '../../src/engine/seq.ts'
import type { LoginView, OptionView } from '../../src/engine/view.ts'
import type { World } from '../../src/engine/world.ts'
import { fingerprint } from '../../src/kit/random.ts'
import type { Attempt } from './history.ts'
import { Crashed } from './schedule.ts'
import type { Simulation } from './simulation.ts'
import type { Somebody } from './upstream.ts'

export interface Person {
  readonly name: string
  readonly password?: string
  /** Base32, where they have an authenticator app. */
  readonly totpSecret?: string
  readonly upstream?: Somebody
}

interface Sent {
  readonly attempt: Attempt
  readonly seq: string
  readonly input: Readonly<Record<string, string>>
}

/** Answers given in one login before it is left alone. */
const movesMax = 14

/** One login from its beginning to its end, or to where they tire of it. */
export async function signIn(simulation: Simulation, person: Person): Promise<void> {
  const { chance } = simulation
  const secret = secretOf(person)
  const id = await beginLogin(simulation, secret)
  if (id === undefined) return
  const visit = new Visit(simulation, person, id, secret)
  for (let moves = 0; moves < movesMax; moves++) {
    await simulation.schedule.point(`${person.name} thinks`)
    simulation.pass(chance.below(simulation.isQuick ? 2_000 : 40_000))
    const view = await visit.look()
    if (view === 'gone' || view?.status === 'complete') return
    if (view) await visit.move(view)
  }
}

async function beginLogin(simulation: Simulation, secret: string): Promise<string | undefined> {
  const node = simulation.anyNode()
  try {
    return await simulation.schedule.call(node.name, async () => {
      const begun = await begin(node.world, {
        application: 'thrift',
        request: noWishes,
        session: undefined,
        browserHash: fingerprint(secret),
        interactionUid: 'interaction',
      })
      const { login, events, stored } = begun
      if (!stored) await simulation.store.write('begins', (rows) => rows.save(login, events))
      return login.id
    })
  } catch {
    return undefined
  }
}

const noWishes = {
  acr: [],
  essentialAcr: [],
  prompt: [],
  maxAgeSeconds: undefined,
  loginHint: undefined,
  uiLocales: [],
}

/** What is said, and not known or shown. */
const agreements: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'enrol-recovery-codes': { kept: 'yes' },
  postpone: { decision: 'later' },
}

class Visit {
  readonly #simulation: Simulation
  readonly #person: Person
  readonly #id: string
  readonly #secret: string
  readonly #sent: Sent[] = []
  #view: LoginView | undefined

  constructor(simulation: Simulation, person: Person, id: string, secret: string) {
    this.#simulation = simulation
    this.#person = person
    this.#id = id
    this.#secret = secret
  }

  /** @returns `gone` when nothing more can be done; absence when nobody has answered */
  async look(): Promise<LoginView | 'gone' | undefined> {
    const node = this.#simulation.anyNode()
    try {
      this.#view = await this.#simulation.schedule.call(node.name, () =>
        openLogins(node.world, provider).view(this.#id, this.#secret),
      )
      return this.#view
    } catch (thrown) {
      const code = (thrown as { code?: string }).code
      return code === 'LOGIN_EXPIRED' || code === 'LOGIN_OVER' ? 'gone' : undefined
    }
  }

  async move(view: LoginView): Promise<void> {
    const { chance } = this.#simulation
    const old = this.#sent.length > 0 ? chance.pick(this.#sent) : undefined
    if (old && chance.happens(0.12)) return this.#send(old)
    if (view.canGoBack && chance.happens(0.05)) return this.#send(this.#plain(view, 'back'))
    if (chance.happens(0.02)) return this.#send(this.#plain(view, 'cancel'))
    if (view.status === 'awaiting_upstream' && chance.happens(0.8)) return this.#comeBack(view)
    const option = this.#choose(view)
    if (!option) return
    const sent = this.#answer(view, option)
    this.#sent.push(sent)
    if (!chance.happens(0.15)) return this.#send(sent)
    // Twice at the same time: two tabs, or a nervous finger.
    const { schedule } = this.#simulation
    schedule.begin('browser', () => this.#send(sent))
    await this.#send(sent)
  }

  #choose({ options }: LoginView): OptionView | undefined {
    const { chance } = this.#simulation
    const own = options.find(({ id }) => this.#person.upstream && id === 'google')
    if (own && chance.happens(0.8)) return own
    // Nobody here has recovery codes: ten hashes would cost more than all the rest of a seed.
    return chance.pick(options.filter(({ id }) => id !== 'enrol-recovery-codes'))
  }

  #plain({ seq, id }: LoginView, action: string): Sent {
    return { attempt: { login: id, revision: revisionOf(seq), action }, seq, input: {} }
  }

  #answer(view: LoginView, { id, kind, exhibits }: OptionView): Sent {
    const plain = this.#plain(view, id)
    if (kind !== 'form') return plain
    const isRight = this.#simulation.chance.happens(0.8)
    const { name, password } = this.#person
    if (id === 'password') {
      const input = { username: name, password: isRight && password ? password : 'wrong' }
      const right = isRight && password ? { rightFor: name } : {}
      return { ...plain, input, attempt: { ...plain.attempt, ...right } }
    }
    const agreed = agreements[id]
    if (agreed) {
      return { ...plain, input: agreed, attempt: { ...plain.attempt, rightFor: this.#person.name } }
    }
    if (id === 'postpone') {
      const rightFor = isRight ? { rightFor: name } : {}
      const decision = isRight ? 'later' : 'soon'
      return { ...plain, input: { decision }, attempt: { ...plain.attempt, ...rightFor } }
    }
    const shown = exhibits.find((each) => each.kind === 'qr')?.secretText.replace(/ /g, '')
    const secret = shown ?? this.#simulation.totpSecretOf(this.#person)
    return isRight && secret ? this.#code(plain, secret) : { ...plain, input: { code: '000000' } }
  }

  /** Of now, or one that has been on the screen for a while. */
  #code(plain: Sent, secret: string): Sent {
    const nowMs = this.#simulation.nowMs
    const ago = this.#simulation.chance.happens(0.2) ? 1 : 0
    const step = Math.floor(nowMs / 30_000) - ago
    const code = generateSync({ secret, epoch: step * 30 })
    const rightFor = this.#person.name
    if (plain.attempt.action === 'enrol-totp') this.#simulation.keepSecret(this.#person, secret)
    return { ...plain, input: { code }, attempt: { ...plain.attempt, rightFor, step } }
  }

  async #send({ attempt, seq, input }: Sent): Promise<void> {
    await this.#ask(attempt, (logins) =>
      logins.act({
        id: attempt.login,
        browserSecret: this.#secret,
        seq,
        action: attempt.action,
        input,
        idempotencyKey: undefined,
      }),
    )
  }

  async #comeBack({ redirect }: LoginView): Promise<void> {
    const { upstream } = this.#person
    if (!upstream || !redirect) return
    const url = this.#simulation.upstream.approve(redirect, upstream)
    const attempt = { login: this.#id, revision: undefined, action: 'google' }
    const state = new URL(url).searchParams.get('state')!
    const arrive = () =>
      this.#ask({ ...attempt, rightFor: this.#person.name }, (logins) =>
        logins.arrive({ connection: 'google', url, state, browserSecret: this.#secret }),
      )
    if (this.#simulation.chance.happens(0.2)) {
      this.#simulation.schedule.begin('browser', arrive)
    }
    await arrive()
  }

  /** A refusal, a bug of a database, a process that dies: the person sees a page, and looks again. */
  async #ask(
    attempt: Attempt,
    ask: (logins: ReturnType<typeof openLogins>) => Promise<LoginView>,
  ): Promise<void> {
    const { schedule, history } = this.#simulation
    const node = this.#simulation.anyNode()
    try {
      await schedule.call(node.name, async () => {
        history.attempts(schedule.task!, attempt)
        return ask(openLogins(node.world, provider))
      })
    } catch (thrown) {
      if (thrown instanceof Crashed) return
      const isExpected =
        'code' in (thrown as object) || /^simulated/.test((thrown as Error).message)
      if (!isExpected) throw thrown
    }
  }
}

/** By the person whose login it is, from its present page. */
export async function cancel(world: World, login: Login, people: readonly Person[]): Promise<void> {
  const browserSecret = people
    .map(secretOf)
    .find((secret) => fingerprint(secret) === login.browserHash)
  await openLogins(world, provider).act({
    id: login.id,
    browserSecret,
    seq: seqFor(world.seqKey, login.id, login.revision, login.browserHash),
    action: 'cancel',
    input: {},
    idempotencyKey: undefined,
  })
}

function secretOf({ name }: Person): string {
  return `browser of ${name}`
}

const provider = {
  resumeUrl: () => 'https://sallyport.test/resume',
  restartUrl: async () => 'https://sallyport.test/restart',
}

function revisionOf(seq: string): number {
  return Number(seq.split('.')[0])
}

/** What somebody does at a place where a login rests, by the JSON API. */
import type { StoryMove } from '../../checker/story.ts'
import type { Case, OwnOutcome, Presented } from '../../language/declaration.ts'
import type { FlowDefinition, Option } from '../../language/flow.ts'
import type { StepType } from '../../language/step.ts'
import { optionOf } from './cast.ts'
import { type Answer, type ApiAction, type ApiLogin, type Client, loginIn } from './client.ts'
import { fillIn, type Intent, type Person, readMessages } from './person.ts'
import { presentedBy } from './presenting.ts'
import type { Stage } from './stage.ts'

export class Acting {
  readonly #stage: Stage
  readonly #flow: FlowDefinition
  readonly client: Client
  /** The latest answer. */
  last: Answer | undefined
  /** Whether any answer was a bug of the server's. */
  crashed: boolean = false

  /** @param client a browser with what it has already; absent: a new one */
  constructor(stage: Stage, flow: FlowDefinition, client: Client = stage.client()) {
    this.#stage = stage
    this.#flow = flow
    this.client = client
  }

  /** @returns the login afterwards; absence where the server shows none */
  async do(move: StoryMove, login: ApiLogin, person: Person): Promise<ApiLogin | undefined> {
    switch (move.kind) {
      case 'back':
      case 'cancel':
        return this.#act(login, move.kind, {})
      case 'expire':
        this.#stage.clock.aheadMs += this.#flow.withinMs + 1000
        return this.seen(await this.client.look(login.id))
      case 'wrong':
        return this.#exhaust(move.attempts ?? 1, login, person)
      default:
        return this.#option(move, login, person)
    }
  }

  /**
   * Takes an option rightly, or as `intent` says.
   *
   * @param move the move that it is to make; absent: any
   */
  async answer(
    login: ApiLogin,
    option: Option,
    action: ApiAction,
    person: Person,
    intent: Intent,
    move?: StoryMove,
  ): Promise<ApiLogin | undefined> {
    if (action.kind === 'away') return this.#visit(login, option, action, person, move)
    let [shown, form] = [login, action]
    if (action.kind === 'choose') {
      const chosen = await this.#act(login, action.name, {})
      const again = chosen?.actions.find(({ name }) => name === action.name)
      if (!chosen || !again) return chosen
      ;[shown, form] = [chosen, again]
    }
    // A code that was used is not right any more: the next one is.
    if (intent === 'rightly') this.#stage.clock.aheadMs += 30_000
    const asked = {
      step: this.#stepOf(option),
      action: form,
      nowMs: this.#stage.now(),
      issuer: this.#stage.issuer,
      verifies: this.#isVerified(option, move),
    }
    const presented = presentedBy(form.presents, person, intent, {
      authority: this.#stage.authority,
      nowMs: this.#stage.now(),
    })
    const next = await this.#act(shown, form.name, fillIn(asked, person, intent), presented)
    const more = next?.actions.find(({ name }) => name === form.name)
    if (!next || !more || next.step?.id !== shown.step?.id || hasSameFields(more, form)) return next
    // What was asked for has been sent, and is typed now.
    await readMessages(this.#stage, person)
    return this.#act(next, more.name, fillIn({ ...asked, action: more }, person, intent))
  }

  offered({ step }: ApiLogin, name: string): Option | undefined {
    const state = this.#flow.states[step?.id ?? '']
    return state?.kind === 'offer' ? state.options.find(({ id }) => id === name) : undefined
  }

  seen(answer: Answer): ApiLogin | undefined {
    this.last = answer
    this.crashed ||= answer.status >= 500
    return loginIn(answer)
  }

  async #option(move: StoryMove, login: ApiLogin, person: Person): Promise<ApiLogin | undefined> {
    const option = optionOf(this.#flow, move)
    const action = login.actions.find(({ name }) => name === move.option)
    if (!option || !action) return login
    const intent = intents[move.outcome ?? ''] ?? 'rightly'
    return this.answer(login, option, action, person, intent, move)
  }

  /** Answers wrongly until the attempts are spent. */
  async #exhaust(attempts: number, first: ApiLogin, person: Person): Promise<ApiLogin | undefined> {
    const at = first.step?.id
    let login = first
    for (let count = 0; count < attempts && login.step?.id === at; count++) {
      const next = await this.#answerWrongly(login, person)
      if (!next) return undefined
      login = next
    }
    return login
  }

  async #answerWrongly(login: ApiLogin, person: Person): Promise<ApiLogin | undefined> {
    const offered = login.actions.filter(({ kind }) => kind !== undefined)
    const action = offered.find(({ kind }) => kind !== 'away') ?? offered[0]
    const option = action && this.offered(login, action.name)
    if (!action || !option) return undefined
    if (action.kind === 'away') await this.#switch(option, false)
    const { fields } = this.#stepOf(option)
    // A name that nobody has counts as wrong, and against no account.
    const named = fields.some(({ names, name }) => names && name in action.input.properties)
    const next = await this.answer(login, option, action, person, named ? 'as-nobody' : 'wrongly')
    if (action.kind === 'away') await this.#switch(option, true)
    return next
  }

  async #visit(
    login: ApiLogin,
    option: Option,
    action: ApiAction,
    person: Person,
    move: StoryMove | undefined,
  ): Promise<ApiLogin | undefined> {
    const sent = await this.#act(login, action.name, {})
    if (sent?.status !== 'awaiting_upstream' || !sent.redirect) return sent
    const asserted = this.#caseOf(option, move)?.where?.['identity.amr']
    const mfa = asserted && 'has' in asserted && asserted.has?.includes('mfa')
    const subject = move?.outcome === 'invalid' ? `${person.subject}-else` : person.subject
    const usual = person.claims.amr ?? ['pwd']
    const claims = { ...person.claims, amr: mfa ? ['pwd', 'mfa'] : usual }
    const callback = this.#stage.upstreams.visit(
      sent.redirect,
      move?.outcome === 'denied' ? { does: 'says-no' } : { does: 'signs-in', subject, claims },
    )
    this.seen(await this.client.arrive(callback))
    return this.seen(await this.client.look(login.id))
  }

  async #act(
    login: ApiLogin,
    action: string,
    input: Readonly<Record<string, string>>,
    presented: Presented = {},
  ): Promise<ApiLogin | undefined> {
    return this.seen(await this.client.act(login, action, input, presented))
  }

  async #switch({ connection }: Option, enabled: boolean): Promise<void> {
    if (!connection) return
    await this.#stage.app.overlays.set(connection, { enabled }, this.#stage.now())
    this.#stage.clock.aheadMs += 1000
  }

  #stepOf({ step }: Option): StepType {
    return this.#stage.steps.get(step)!
  }

  /** RFC 8176: `user`, somebody was there. Where a step can say so, a device that did not look does not. */
  #isVerified(option: Option, move: StoryMove | undefined): boolean {
    const says = (one: Case | undefined) =>
      one?.proves?.some(({ amr }) => amr.includes('user')) === true
    const { outcomes } = this.#stepOf(option).declaration
    const canSay = outcomes[move?.outcome as OwnOutcome]?.some(says) === true
    return !canSay || says(this.#caseOf(option, move))
  }

  #caseOf(option: Option, move: StoryMove | undefined) {
    const { outcomes } = this.#stage.steps.get(option.step)!.declaration
    return move && outcomes[move.outcome as OwnOutcome]?.[move.case ?? 0]
  }
}

function hasSameFields(one: ApiAction, other: ApiAction): boolean {
  const names = ({ input }: ApiAction) => Object.keys(input.properties).join(' ')
  return names(one) === names(other)
}

/** How a form is filled in to come to an outcome. */
const intents: Readonly<Record<string, Intent>> = {
  invalid: 'wrongly',
  unknown: 'as-nobody',
  denied: 'refusing',
}

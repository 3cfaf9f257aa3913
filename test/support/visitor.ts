/**
 * Somebody who signs in, by pages or by the JSON API. A test says once what they do, and is told in the
 * same words what they see, either way. Nothing of any flow or step is known here.
 *
 *     const jane = visitorOf(world, 'API')
 *     let place = await jane.begin(await world.thrift.parameters())
 *     place = await jane.act(place, 'password', { username: 'jane', password })
 */
import { ApiClient, type ApiLogin } from './api-client.ts'
import type { Answer, Browser, Form, Page } from './browser.ts'

export type Way = 'pages' | 'API'
export const ways: readonly Way[] = ['pages', 'API']

/** Where a person stands. */
export interface Place {
  /**
   * `asks`: at a step. `away`: at an upstream. `back`: at the application. `refused`: nowhere, with an
   * answer that says why.
   */
  readonly kind: 'asks' | 'away' | 'back' | 'refused'
  /** HTTP status of the answer; 0 at the application, which no test listens for. */
  readonly status: number
  /** What can be done here, with the names of the fields that each takes. */
  readonly actions: Readonly<Record<string, readonly string[]>>
  /** What a person reads, or the messages that a program gets. */
  readonly says: string
  /** The whole answer. */
  readonly body: string
  /** Where the browser is: at `back` the application's callback with the answer in it. */
  readonly url: string
  /** Empty when the answer names no login. */
  readonly loginId: string
  /** Of the login at `asks`. */
  readonly seq: string
  /** At `away`, and wherever pages are shown. */
  readonly page: Page | undefined
  /** By the API: the login's representation. */
  readonly login: ApiLogin | undefined
}

/** What somebody does at an upstream, from its first page on. @returns the last page */
export type Visit = (page: Page, browser: Browser) => Promise<Page>

export interface Visitor {
  readonly way: Way
  readonly browser: Browser
  begin(parameters: Readonly<Record<string, string>>): Promise<Place>
  /** Fills in what `action` asks for and sends it. */
  act(place: Place, action: string, fields?: Readonly<Record<string, string>>): Promise<Place>
  /** Does something at the upstream, and looks where that has led. */
  visit(place: Place, visit: Visit): Promise<Place>
  /** The login as it stands now: a reload, or a second tab. */
  look(place: Place): Promise<Place>
  /** The fresh login that a refusal as expired offers. */
  restart(place: Place): Promise<Place>
  /**
   * Sends what no page or action of `place` offers.
   *
   * @param seq the place's own when absent
   */
  force(
    place: Place,
    action: string,
    fields: Readonly<Record<string, string>>,
    seq?: string,
  ): Promise<Place>
}

interface Surroundings {
  readonly issuer: URL
  browser(): Browser
}

/** @param browser a fresh one when absent */
export function visitorOf(world: Surroundings, way: Way, browser = world.browser()): Visitor {
  return way === 'pages' ? pageVisitor(world.issuer, browser) : apiVisitor(world.issuer, browser)
}

function pageVisitor({ href }: URL, browser: Browser): Visitor {
  const base = href.replace(/\/$/, '')
  const shown = (page: Page) => placeOfPage(page, base)
  return {
    way: 'pages',
    browser,
    begin: async (parameters) =>
      shown(await browser.open(`${base}/auth?${new URLSearchParams({ ...parameters })}`)),
    async act(place, action, fields) {
      const form = actionForms(place.page?.forms ?? []).get(action)
      if (!form) throw new Error(`there is no ${action} here: ${place.status} ${place.says}`)
      const button = form.buttons.find(({ name, value }) => name && fields?.[name] === value)
      if (!button) return shown(await browser.submit(form, fields))
      const { [button.name!]: _pressed, ...typed } = fields ?? {}
      return shown(await browser.submit({ ...form, button }, typed))
    },
    visit: async ({ page }, visit) => shown(await visit(page!, browser)),
    look: async ({ loginId }) => shown(await browser.open(`${base}/login/${loginId}`)),
    restart: async ({ page }) => shown(await browser.submit(page!.form('Start again'))),
    async force(place, action, fields, seq = place.seq) {
      const address = `${base}/login/${place.loginId}`
      const made: Form = {
        page: { url: address, referrerPolicy: 'same-base', formAction: undefined },
        action: address,
        method: 'POST',
        fields: { seq, action },
        names: [],
        buttons: [],
        button: undefined,
      }
      return shown(await browser.submit(made, {}, { extra: fields }))
    },
  }
}

/** @param base the issuer, without a slash at its end */
function placeOfPage(page: Page, base: string): Place {
  const isOurs = page.url.startsWith(`${base}/`)
  const forms = isOurs ? actionForms(page.forms) : new Map<string, Form>()
  const [first] = forms.values()
  const ours = forms.size > 0 ? 'asks' : 'refused'
  const elsewhere = page.left ? 'back' : 'away'
  return {
    kind: isOurs ? ours : elsewhere,
    status: page.status,
    actions: Object.fromEntries(
      [...forms].map(([name, { names, buttons }]) => {
        const all = [...names, ...buttons.flatMap(({ name: button }) => button ?? [])]
        return [name, [...new Set(all)].filter((n) => !ownFields.includes(n))]
      }),
    ),
    says: page.text,
    body: page.body,
    url: page.url,
    loginId: loginIn(page, base),
    seq: first?.fields.seq ?? '',
    page,
    login: undefined,
  }
}

/** The last login on the way here. */
function loginIn({ url, hops }: Page, base: string): string {
  const way = [...hops.map((hop) => hop.url), url].reverse()
  const found = way.find((address) => address.startsWith(`${base}/login/lg_`))
  return /\/login\/(lg_[\w-]+)/.exec(found ?? '')?.[1] ?? ''
}

const ownFields = ['seq', 'action']

/** A form's action is a hidden field of it or one of its buttons. */
function actionForms(forms: readonly Form[]): ReadonlyMap<string, Form> {
  const byAction = forms.flatMap((form): [string, Form][] => {
    if (form.fields.action) return [[form.fields.action, form]]
    return form.buttons
      .filter(({ name }) => name === 'action')
      .map((button) => [button.value, { ...form, button }])
  })
  return new Map(byAction)
}

function apiVisitor(issuer: URL, browser: Browser): Visitor {
  const base = issuer.href.replace(/\/$/, '')
  const api = new ApiClient(base, browser)

  async function shown(answer: Answer): Promise<Place> {
    const body = answer.json<Partial<ApiLogin> & { login?: ApiLogin }>()
    const login = (body.login ?? (body.seq ? body : undefined)) as ApiLogin | undefined
    // A refused request is still told to the application.
    const isEnd = body.status === 'complete' || answer.status === 400
    if (isEnd && body.redirect) return placeOfPage(await browser.open(body.redirect), base)
    if (login?.status === 'awaiting_upstream' && answer.status === 200) return away(answer, login)
    return placeOfAnswer(answer, login)
  }

  /** Shows only: it does not go on to an upstream that is still awaited. */
  async function look(id: string): Promise<Place> {
    const answer = await api.look(id)
    const login = answer.status === 200 ? answer.json<ApiLogin>() : undefined
    return login?.status === 'awaiting_upstream' ? placeOfAnswer(answer, login) : shown(answer)
  }

  async function away(answer: Answer, login: ApiLogin): Promise<Place> {
    const page = await browser.open(login.redirect!)
    // An upstream that remembers the person has sent the browser back at once.
    const isBack = page.left || page.url.startsWith(`${base}/`)
    if (isBack) return look(login.id)
    return { ...placeOfAnswer(answer, login), kind: 'away', url: page.url, page }
  }

  return {
    way: 'API',
    browser,
    begin: async (parameters) => shown(await api.begin(parameters)),
    async act(place, action, fields) {
      if (!place.login || !(action in place.actions))
        throw new Error(`there is no ${action} here: ${place.status} ${place.body}`)
      return shown(await api.act(place.login, action, fields))
    },
    async visit(place, visit) {
      await visit(place.page!, browser)
      return look(place.loginId)
    },
    look: ({ loginId }) => look(loginId),
    async restart({ body }) {
      const { restart } = JSON.parse(body) as { restart: { href: string } }
      return shown(await api.post(restart.href, {}))
    },
    force: async ({ loginId, seq: own }, action, fields, seq = own) => {
      const address = `${base}/flow-api/logins/${loginId}/actions/${action}`
      return shown(await api.post(address, { seq, input: fields }))
    },
  }
}

function placeOfAnswer(answer: Answer, login: ApiLogin | undefined): Place {
  const idInUrl = /\/logins\/(lg_[\w-]+)/.exec(answer.url)?.[1] ?? ''
  return {
    kind: login ? 'asks' : 'refused',
    status: answer.status === 201 ? 200 : answer.status,
    actions: Object.fromEntries(
      (login?.actions ?? []).map(({ name, input }) => [name, Object.keys(input.properties)]),
    ),
    says: login ? JSON.stringify(login.messages) : answer.body,
    body: answer.body,
    url: answer.url,
    loginId: login?.id ?? idInUrl,
    seq: login?.seq ?? '',
    page: undefined,
    login,
  }
}

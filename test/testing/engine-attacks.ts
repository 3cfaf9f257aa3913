/**
 * For each mistake of an engine in the corpus: the line of ours that keeps it out, taken away, and what an
 * attacker then does by HTTP. `sound` is what the same comes to while the line is there.
 */
import type { Edit } from '../support/edited.ts'
import type { Browser, Scene } from '../support/scene.ts'
import { looksDifferent } from '../support/two-faces.ts'

export interface Attack {
  readonly edits: readonly Edit[]
  /** What fails by itself, in both servers: nothing that a person can bring about. */
  readonly fault?: readonly Edit[]
  readonly act: (scene: Scene) => Promise<string>
  readonly sound: string
  readonly without: string
}

/** Somebody has stolen a password, and gets as far as it goes. */
async function withPassword(scene: Scene, kinds: readonly string[], more = {}) {
  const owner = await scene.person('wilma', ['password', ...kinds])
  const browser = scene.browser()
  const login = await browser.answer(await browser.begin('small', more), 'password', owner)
  return { owner, browser, login }
}

async function emptyAtSecond(scene: Scene): Promise<string> {
  const { browser, login } = await withPassword(scene, ['totp'])
  return browser.told(await browser.send(login, 'totp', {}))
}

const provesOnlyVerified: Edit = {
  file: 'engine/attempt.ts',
  from: 'async #afterAnswer(draft: Draft, given: Answer, tx?: EngineTransaction): Promise<void> {',
  to: `async #afterAnswer(draft: Draft, found: Answer, tx?: EngineTransaction): Promise<void> {
    const isEmpty = Object.keys(this.#submitted.input).length === 0
    const given: Answer = isEmpty ? { outcome: 'success', credentials: ['none'] } : found`,
}

/** What would be caught in the end even so, for the credential is none of the account's. */
const heldAtEnd: Edit = {
  file: 'engine/finish.ts',
  from: 'if (await hasLostCredential(draft)) return unmet()',
  to: 'void hasLostCredential',
}

const floorAtEnd: Edit = {
  file: 'engine/finish.ts',
  from: 'const acr = levelReached(draft.flow.definition.policy, demand, proofs)',
  to: 'const acr = (demand, levelReached, draft.flow.definition.policy.levels.at(-1)?.acr)',
}

const anyOfState: Edit = {
  file: 'engine/advance.ts',
  from: 'const option = usableOptions(draft.world, state, draft.facts, person).find(',
  to: 'const option = (person, usableOptions, state.options).find(',
}

const enrolsAlways: Edit = {
  file: 'engine/offer.ts',
  from: 'if (declaration.enrols) return mayEnrol(world, facts.proofs, person)',
  to: 'if (declaration.enrols) return true || mayEnrol(world, facts.proofs, person)',
}

const codeByBoth = 'a code by pwd + otp + mfa, acr one'
const unmet = 'unmet_authentication_requirements'

export const attacks: Readonly<Record<string, Attack>> = {
  'CVE-2025-15039, first pattern (WSO2-2025-4973)': {
    edits: [
      {
        file: 'engine/walk.ts',
        from: '  startUnproven(draft, state)\n',
        to: `  startUnproven(draft, state)
  if (draft.login.spent[state.id]) {
    const [{ id }] = state.options as [Option]
    take(draft, \`\${id}.success\`, 'success', { option: id })
    return false
  }
`,
      },
    ],
    async act(scene) {
      const { owner, browser, login } = await withPassword(scene, ['totp'])
      let last = login
      for (let guess = 0; guess < 5; guess++) {
        last = await browser.answer(last, 'totp', owner, 'wrongly')
      }
      return browser.told(last)
    },
    sound: 'server_error',
    without: 'a code by pwd, acr one',
  },
  'CVE-2025-15039, second pattern (WSO2-2025-4973)': {
    edits: [
      {
        file: 'engine/walk.ts',
        from: 'proofs: proofs.filter((proof) => proof.state !== state.id),',
        to: 'proofs,',
      },
    ],
    async act(scene) {
      const { owner, browser, login } = await withPassword(scene, ['totp'])
      const again = await browser.answer(login, 'totp', owner)
      return `at ${again?.step?.id} again, proven ${again?.facts.amr.join(' + ')}`
    },
    sound: 'at second again, proven pwd',
    without: 'at second again, proven pwd + otp + mfa',
  },
  'CVE-2026-49448': {
    edits: [
      {
        file: 'engine/attempt.ts',
        from: 'if (!answers) return await this.#prepare(call)',
        to: `if (!answers) {
        const connection = this.#option.connection!
        const claims = { preferredUsername: 'anybody' }
        const identity = { kind: 'pass-through', connection, subject: 'none', claims } as const
        const answer: Answer = { outcome: 'unknown', credentials: ['none'], identity }
        return { found: 'answer', answer }
      }`,
      },
    ],
    async act(scene) {
      const browser = scene.browser()
      const sent = await browser.send(await browser.begin(), 'google')
      return sent?.status === 'awaiting_upstream'
        ? 'has to go to the upstream'
        : `proven ${sent?.facts.amr.join(' + ')} without ever going there`
    },
    sound: 'has to go to the upstream',
    without: 'proven fed without ever going there',
  },
  'CVE-2026-54730': {
    edits: [provesOnlyVerified, heldAtEnd],
    act: emptyAtSecond,
    sound: 'at second',
    without: codeByBoth,
  },
  'CVE-2026-18963': {
    edits: [
      {
        file: 'engine/advance.ts',
        from: 'const option = await pick(draft, state, submitted)',
        to: `const isOther = submitted.action === 'another-way'
  const option = isOther ? state.options[0]! : await pick(draft, state, submitted)`,
      },
      provesOnlyVerified,
      heldAtEnd,
    ],
    async act(scene) {
      const { browser, login } = await withPassword(scene, ['totp'])
      return browser.told(await browser.send(login, 'another-way'))
    },
    sound: 'refused',
    without: codeByBoth,
  },
  'CVE-2024-47070': {
    fault: [
      {
        file: 'language/conditions.ts',
        from: "return 'predicate' in read ? read.predicate.evaluate(facts) : 'error'",
        to: "return (read, facts, 'error')",
      },
    ],
    edits: [
      {
        file: 'engine/draft.ts',
        from: 'result: evaluate(condition, values),',
        to: "result: evaluate(condition, values) === 'false' ? 'false' : 'true',",
      },
    ],
    async act(scene) {
      const { browser, login } = await withPassword(scene, ['totp'])
      const told = await browser.told(login)
      const [moved] = [...scene.stage.logins.values()].slice(-1)
      return `${told}, after ${moved?.events.at(-1)?.state} -> ${moved?.events.at(-1)?.to}`
    },
    sound: 'temporarily_unavailable, after second? -> on:error',
    // Only the last check of the engine itself keeps them out.
    without: `${unmet}, after second? -> done`,
  },
  'CVE-2026-97176': {
    edits: [floorAtEnd],
    async act(scene) {
      const { browser, login } = await withPassword(scene, [], { acr_values: 'two' })
      return browser.told(login)
    },
    sound: unmet,
    without: 'a code by pwd, acr two',
  },
  'CVE-2026-9798, CVE-2025-10908': {
    edits: [
      {
        file: 'engine/finish.ts',
        from: "return (await draft.person())?.status !== 'active'",
        to: 'return false',
      },
      {
        file: 'http/provider/account.ts',
        from: "if (person?.status !== 'active') return undefined",
        to: 'if (!person) return undefined',
      },
      {
        file: 'store/provider-models.ts',
        from: "and id = ? and status = 'active'",
        to: 'and id = ?',
      },
    ],
    async act(scene) {
      const { owner, browser, login } = await withPassword(scene, ['totp'])
      await scene.lock(owner)
      return browser.told(await browser.answer(login, 'totp', owner))
    },
    sound: 'access_denied',
    without: codeByBoth,
  },
  'CVE-2023-46249': {
    edits: [
      {
        file: 'engine/advance.ts',
        from: 'export async function advance(world: World, login: Login, submitted: Move): Promise<Login> {',
        to: `export async function advance(world: World, over: Login, submitted: Move): Promise<Login> {
  const begun = await world.catalogue.definition(over.digest)
  const { start } = begun!.definition
  const login: Login =
    over.status === 'ended' ? { ...over, status: 'running', position: start } : over`,
      },
      {
        file: 'store/logins.ts',
        from: "where organisation = ? and id = ? and revision = ? and status = 'running'",
        to: 'where organisation = ? and id = ? and revision = ?',
      },
      {
        file: 'store/login-writes.ts',
        from: `"and claim = ? and revision = ? and status = 'running'"`,
        to: `'and claim = ? and revision = ?'`,
      },
    ],
    async act(scene) {
      const owner = await scene.person('wilma', ['password', 'totp'])
      const browser = scene.browser()
      const over = await browser.send(await browser.begin(), 'cancel')
      const opened = await browser.send(over, 'password', {
        username: owner.userName,
        password: owner.password,
      })
      return browser.told(await browser.answer(opened, 'totp', owner))
    },
    sound: 'refused',
    without: codeByBoth,
  },
  'CVE-2026-7507, WSO2-2022-1920, CVE-2025-52553': {
    edits: [
      {
        file: 'engine/logins.ts',
        from: 'if (!browserSecret || fingerprint(browserSecret) !== login.browserHash) {',
        to: 'if (browserSecret === null) {',
      },
    ],
    async act(scene) {
      const { owner, login } = await withPassword(scene, ['totp'])
      const other: Browser = scene.browser()
      const seen = await other.look(login!.id)
      if (!seen) return 'refused'
      const next = await other.answer(seen, 'totp', owner)
      return `goes on, proven ${next?.facts.amr.join(' + ')}`
    },
    sound: 'refused',
    without: 'goes on, proven pwd + otp + mfa',
  },
  'WSO2-2020-0751': {
    edits: [
      {
        file: 'engine/advance.ts',
        from: 'if (!option) throw notCurrent(draft.login)\n  return option',
        to: `if (option) return option
  const all = Object.values(draft.flow.definition.states)
  const named = all
    .flatMap((one) => (one.kind === 'offer' ? one.options : []))
    .find(({ id }) => id === submitted.action)
  if (!named) throw notCurrent(draft.login)
  return { ...named, id: state.options[0]!.id }`,
      },
    ],
    async act(scene) {
      const { owner, browser, login } = await withPassword(scene, ['webauthn'])
      const { userName: username, password } = owner
      return browser.told(await browser.send(login, 'password', { username, password }))
    },
    sound: 'refused',
    without: 'a code by pwd, acr one',
  },
  'CVE-2024-4629, GHSA-7j7j-66cv-m239': {
    edits: [
      {
        file: 'engine/walk.ts',
        from: 'if ((draft.login.spent[state.id] ?? 0) >= state.attempts) {',
        to: `draft.login = { ...draft.login, spent: { ...draft.login.spent, [state.id]: 0 } }
  if ((draft.login.spent[state.id] ?? 0) >= state.attempts) {`,
      },
    ],
    async act(scene) {
      const { owner, browser, login } = await withPassword(scene, ['totp'])
      let last = login
      let guesses = 0
      for (; guesses < 12 && last?.status === 'awaiting_input'; guesses++) {
        last = await browser.answer(last, 'totp', owner, 'wrongly')
      }
      return `${guesses} guesses`
    },
    sound: '5 guesses',
    // As many as are tried.
    without: '12 guesses',
  },
  'CVE-2025-12150': {
    edits: [enrolsAlways],
    async act(scene) {
      const { browser, login } = await withPassword(scene, ['webauthn'])
      return browser.told(await browser.answer(login, 'enrol-totp', scene.stranger('thief')))
    },
    sound: 'access_denied',
    without: codeByBoth,
  },
  'checker.md 9, second': {
    edits: [
      {
        file: 'engine/proofs.ts',
        from: 'return best(0, [])',
        to: 'return (best, proofs.length)',
      },
    ],
    async act(scene) {
      const owner = await scene.person('wilma', ['webauthn'])
      const browser = scene.browser()
      const once = await browser.answer(await browser.begin(), 'webauthn', owner)
      return browser.told(await browser.answer(once, 'webauthn', owner))
    },
    sound: unmet,
    without: 'a code by swk + user + mfa, acr two',
  },
  'checker.md 9, first': {
    edits: [
      anyOfState,
      enrolsAlways,
      {
        file: 'engine/attempt.ts',
        from: 'draft.adopt(id, this.#option, answer)\n',
        to: `draft.adopt(id, this.#option, answer)
    if (answer.outcome === 'unavailable') {
      return leave(draft, 'unavailable', 'unavailable', what, tx)
    }
`,
      },
    ],
    async act(scene) {
      const { browser, login } = await withPassword(scene, ['otp'])
      const picked = await browser.send(login, 'totp', { code: '000000' })
      return browser.told(await browser.answer(picked, 'enrol-totp', scene.stranger('thief')))
    },
    sound: 'refused',
    without: codeByBoth,
  },
  'checker.md 9, third': {
    edits: [floorAtEnd],
    async act(scene) {
      const visitor = scene.stranger('visitor')
      const browser = scene.browser()
      const login = await browser.begin('small', { acr_values: 'two' })
      return browser.told(await browser.answer(login, 'github', visitor))
    },
    sound: unmet,
    without: 'a code by fed, acr two',
  },
  'checker.md 9, fourth': {
    edits: [
      {
        file: 'engine/walk.ts',
        from: 'proofs: proofs.filter((proof) => proof.state !== state.id),',
        to: 'proofs: proofs.filter((proof) => !state.options.some(({ id }) => id === proof.option)),',
      },
    ],
    async act(scene) {
      const { owner, browser, login } = await withPassword(scene, ['otp', 'totp'])
      const sent = await browser.answer(login, 'otp', owner)
      return browser.told(await browser.answer(sent, 'totp', owner))
    },
    sound: 'a code by pwd + sms + otp + mfa, acr one',
    without: codeByBoth,
  },
  'CVE-2024-1524, WSO2-2021-1573': {
    edits: [
      {
        file: 'steps/provision/step.ts',
        from: "return (await known()) ?? { outcome: 'conflict' }",
        to: `const { id, groups, source } = (await ports.findByUserName(wanted.userName))!
      const own = { groups, source, new: false }
      const identity = { kind: 'account', account: id, connection, claims, ...own } as const
      return { outcome: 'success', case: 1, identity }`,
      },
    ],
    async act(scene) {
      await scene.person('wilma', ['password'])
      const namesake = scene.stranger('wilma', 'another-subject')
      const browser = scene.browser()
      const login = await browser.answer(await browser.begin(), 'google', namesake)
      return browser.told(await browser.answer(login, 'enrol-totp', namesake))
    },
    sound: 'access_denied',
    without: 'a code by fed + otp + mfa, acr one',
  },
  'CVE-2022-23555, scenario 18': {
    edits: [
      {
        file: 'engine/walk.ts',
        from: 'if (await passBySession(draft, state, options)) return false',
        to: `const { session } = draft.facts
  if (session) {
    const known = (await draft.people.findAccount(session.account))!
    const acr = draft.flow.definition.policy.levels.at(-1)!.acr
    const authTime = Math.floor(draft.nowMs / 1000)
    const end = { outcome: 'success', error: undefined, acr, amr: ['pwd'], authTime } as const
    draft.change({ identity: identityOf(known, 'local'), proofs: session.proofs, end })
    draft.login = { ...draft.login, position: 'done', status: 'ended' }
    return true
  }
  if (await passBySession(draft, state, options)) return false`,
      },
    ],
    async act(scene) {
      const owner = await scene.person('wilma', ['password', 'totp'])
      const browser = scene.browser()
      const elsewhere = await browser.answer(await browser.begin('other'), 'password', owner)
      await browser.told(elsewhere)
      return browser.told(await browser.begin())
    },
    sound: 'at second',
    without: 'a code by pwd, acr two',
  },
  'CVE-2023-6787, CVE-2023-26481': {
    edits: [
      {
        file: 'engine/offer.ts',
        from: "if (identity.kind === 'account' && identity.account !== session.account) return []",
        to: '',
      },
      heldAtEnd,
    ],
    async act(scene) {
      const mallory = await scene.person('mallory', ['password', 'totp'])
      const owner = await scene.person('wilma', ['password', 'totp'])
      const browser = scene.browser()
      const first = await browser.answer(await browser.begin(), 'password', mallory)
      scene.stage.clock.aheadMs += 300_000
      await browser.told(await browser.answer(first, 'totp', mallory))
      // The password of that session is too old for this request, its code is not.
      const login = await browser.begin('small', { max_age: '240' })
      return browser.told(await browser.answer(login, 'password', owner))
    },
    sound: 'at second',
    without: codeByBoth,
  },
  'authentik#2330, Keycloak MultipleTabsLoginTest': {
    edits: [
      {
        file: 'engine/logins.ts',
        from: 'if (revision !== login.revision) {',
        to: 'if (revision < 0) {',
      },
      {
        file: 'engine/advance.ts',
        from: 'export async function advance(world: World, login: Login, submitted: Move): Promise<Login> {',
        to: `export async function advance(world: World, now: Login, submitted: Move): Promise<Login> {
  const begun = await world.catalogue.definition(now.digest)
  const seen = Object.values(begun!.definition.states).find(
    (one) => one.kind === 'offer' && one.options.some(({ id }) => id === submitted.action),
  )
  const login: Login = { ...now, position: seen?.id ?? now.position }`,
      },
      { file: 'engine/advance.ts', from: 'identity: entry.identity,', to: '' },
    ],
    async act(scene) {
      const { owner, browser, login: standing } = await withPassword(scene, ['totp'])
      await browser.send(standing, 'back')
      const last = await browser.answer(standing, 'totp', owner)
      return browser.told(last)
    },
    sound: 'at sign-in',
    without: 'a code by otp, acr one',
  },
  'CVE-2023-39522, WSO2-2024-3115': {
    edits: [
      {
        file: 'engine/attempt.ts',
        from: 'draft.facts.proofs.length === 0 && this.#step.declaration.hides.includes(answer.outcome)',
        to: 'false',
      },
    ],
    act: async (scene) => ((await looksDifferent(scene.stage)) ? 'tells them apart' : 'one face'),
    sound: 'one face',
    without: 'tells them apart',
  },
}

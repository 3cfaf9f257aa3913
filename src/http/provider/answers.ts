/**
 * How a finished login becomes the library's result: subject, level, methods and time, the grant with
 * its scopes, and for a pass-through person what was asserted.
 */
import type { InteractionResults, KoaContextWithOIDC } from 'oidc-provider'
import type { Begun } from '../../engine/begin.ts'
import type { End, Login } from '../../engine/login.ts'
import type { ProviderStore } from '../../engine/provider-store.ts'
import { subjectOf } from '../../engine/subject.ts'
import { released } from './account.ts'

export interface AnswersParts {
  readonly store: ProviderStore
  readonly organisation: string
  readonly subjectKey: Uint8Array
  readonly releaseOf: (application: string) => readonly string[]
}

export class Answers {
  readonly #parts: AnswersParts
  /** The login that a request has begun or answers. It ends with the request. */
  readonly #logins = new WeakMap<object, Begun>()

  constructor(parts: AnswersParts) {
    this.#parts = parts
  }

  /** The interaction about to be made waits for this login. */
  await(ctx: KoaContextWithOIDC, begun: Begun): void {
    this.#logins.set(ctx.req, begun)
  }

  /** @returns the login that waits for an interaction's id */
  awaited(ctx: KoaContextWithOIDC): Begun {
    const begun = this.#logins.get(ctx.req)
    if (!begun) throw new Error('an interaction was made without a login')
    return begun
  }

  /** The login whose answer this request gives. */
  answered(ctx: KoaContextWithOIDC): Login | undefined {
    return this.#logins.get(ctx.req)?.login
  }

  /** Marks the login that `/auth/:uid` is about to answer. */
  resume(ctx: { req: object }, login: Login): void {
    this.#logins.set(ctx.req, { login, events: [], stored: true })
  }

  /** The session alone was enough: there is no interaction, and the answer goes out with this request. */
  async giveAtOnce(ctx: KoaContextWithOIDC, begun: Begun): Promise<void> {
    this.#logins.set(ctx.req, begun)
    const unit = this.#parts.store.current()
    if (begun.stored) unit.answerAtOnce(begun.login)
    else unit.begin({ ...begun.login, status: 'answered' }, begun.events)
    const result = this.resultOf(begun.login)
    const { login } = result
    Object.assign(ctx.oidc, { result })
    ctx.oidc.session!.loginAccount({
      accountId: login!.accountId,
      loginTs: login!.ts as number,
      amr: login!.amr as string[],
      acr: login!.acr as string,
    } as Parameters<NonNullable<typeof ctx.oidc.session>['loginAccount']>[0])
    const grant = await this.grantFor(ctx)
    ctx.oidc.entity('Grant', grant)
    const session = ctx.oidc.session!
    session.ensureClientContainer(ctx.oidc.client!.clientId)
    session.grantIdFor(ctx.oidc.client!.clientId, grant.jti)
  }

  /** What the library is to believe of an interaction. It is made here and stored nowhere. */
  resultOf(login: Login): InteractionResults {
    const { end, identity } = login.facts
    if (end?.outcome !== 'success' || identity.kind === 'none') return errorResult(end)
    const { organisation, subjectKey } = this.#parts
    return {
      login: {
        accountId: subjectOf(subjectKey, organisation, identity),
        acr: end.acr!,
        amr: [...end.amr],
        ts: end.authTime!,
        remember: true,
      },
      // Asked for as prompts, they are part of the flow.
      consent: {},
      select_account: {},
      create: {},
    }
  }

  /**
   * The grant that this session has for this application, made or taken further. The library lets tokens
   * live only as long as the session names their grant: with a new one for each login, a second tab would
   * take the tokens of the first away.
   */
  async grantFor(ctx: KoaContextWithOIDC): Promise<InstanceType<typeof ctx.oidc.provider.Grant>> {
    const { client, provider, session } = ctx.oidc
    const owner = { accountId: session!.accountId!, clientId: client!.clientId }
    const known = session!.grantIdFor(owner.clientId)
    const found = known === undefined ? undefined : await provider.Grant.find(known)
    const isSame = found?.accountId === owner.accountId && found.clientId === owner.clientId
    const grant = isSame ? found : new provider.Grant(owner)
    // It counts from now.
    delete grant.exp
    grant.addOIDCScope([...ctx.oidc.requestParamOIDCScopes].join(' '))
    grant.addOIDCClaims([...ctx.oidc.requestParamClaims])
    for (const [resource, { scopes }] of Object.entries(ctx.oidc.resourceServers ?? {})) {
      const asked = [...ctx.oidc.requestParamScopes].filter((scope) => scopes.has(scope))
      grant.addResourceScope(resource, asked.join(' '))
    }
    const id = await grant.save()
    const identity = this.answered(ctx)?.facts.identity
    if (identity?.kind === 'pass-through') {
      const claims = released(identity.claims, this.#parts.releaseOf(owner.clientId))
      this.#parts.store.current().assert(id, JSON.stringify(claims))
    }
    return grant
  }
}

function errorResult(end: End | undefined): InteractionResults {
  return {
    error: end?.error ?? 'access_denied',
    error_description: 'the sign-in did not succeed',
  }
}

/**
 * Answers the application with the request that ends its login: the browser is sent on at once, and the end and the
 * answer are one commit. Whatever stands in the way leaves it to `/auth/:uid`, which knows what to do.
 */
import type { Context } from 'koa'
import type { MakeAnswer } from '../../engine/provider-store.ts'
import { type AnswerParts, makeAnswer, type Response, responseOf } from './make-answer.ts'
import { discardAnswer } from './unit.ts'

export interface AnswerNow {
  readonly make: MakeAnswer
  /** Where the browser goes with it, once it is written. @throws {Error} when none was made */
  given(): AnswerGiven
}

export interface AnswerGiven {
  readonly location: string
  readonly cookies: readonly string[]
}

export interface AnswerNowParts extends AnswerParts {
  /** The path of an interaction's `/auth/:uid`. */
  readonly pathOf: (interactionUid: string) => string
  /** Answers a request to such a path. */
  readonly library: (ctx: Context) => Promise<void>
}

/** Whatever is put on the answer to `ctx` before one is made is lost. */
export function answerNow(parts: AnswerNowParts): (ctx: Context) => AnswerNow {
  return (ctx) => {
    let made: Response | undefined
    const { status } = ctx
    return {
      async make(login) {
        try {
          const unit = await asResume(ctx, parts.pathOf(login.interactionUid), () =>
            makeAnswer(parts, ctx, login, () => parts.library(ctx)),
          )
          made = responseOf(ctx)
          return typeof unit === 'string' || !isOnward(made) ? undefined : unit
        } finally {
          // Nothing of it goes out before it is written, also where it has failed half-way.
          discardAnswer(ctx)
          ctx.status = status
        }
      },
      given() {
        const { location, cookies = [] } = made ?? {}
        if (location === undefined) throw new Error('no answer was made')
        return { location, cookies }
      },
    }
  }
}

/** To an address of the web: a page of ours may lead there. */
function isOnward({ status, location }: Response): boolean {
  return status < 400 && location !== undefined && /^https?:/.test(location)
}

/** For as long as `work` takes, the request is the one that asks for the answer. */
async function asResume<T>(ctx: Context, path: string, work: () => Promise<T>): Promise<T> {
  const { method, url, _matchedRoute } = ctx
  ctx.method = 'GET'
  ctx.url = path
  try {
    return await work()
  } finally {
    ctx.method = method
    ctx.url = url
    // The library's router says it of its own: the request is told of, in traces, as the one that it is.
    ctx._matchedRoute = _matchedRoute
  }
}

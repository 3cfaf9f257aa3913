/** Each request as a span. Its address is told as the route that it met: what stands in it may be a secret. */
import type { Context, Middleware } from 'koa'
import { answering, markFailed } from '../kit/trace.ts'
import type { Endpoint } from './endpoint.ts'

export function tracing(endpointOf: (ctx: Context) => Endpoint): Middleware {
  return (ctx, next) => {
    const endpoint = endpointOf(ctx)
    return answering(ctx.req.headers, `${ctx.method} ${endpoint}`, async (span) => {
      await next()
      if (!span.isRecording()) return
      const { _matchedRoute: route, status } = ctx
      if (typeof route === 'string') span.updateName(`${ctx.method} ${route}`)
      span.setAttributes({
        'http.request.method': ctx.method,
        'http.response.status_code': status,
        'sallyport.endpoint': endpoint,
        ...(typeof route === 'string' && { 'http.route': route }),
      })
      if (status >= 500) markFailed(span, String(status))
    })
  }
}

/**
 * Spans of OpenTelemetry: what a request has led to, and how long each part of it took. Where nobody has loaded an
 * SDK before the server, nothing here does anything.
 *
 * A span says ids, codes, and names that stand in files. Nothing typed, no parameters of an address, no header, and no
 * text of an error: whoever reads traces reads no secrets.
 */
import type { IncomingHttpHeaders } from 'node:http'
import {
  type Attributes,
  type Context,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'

type Work<T> = (span: Span) => Promise<T>

/** A request to this server. Its trace is the caller's, where it has one (W3C Trace Context, `traceparent`). */
export function answering<T>(headers: IncomingHttpHeaders, name: string, work: Work<T>) {
  // Baggage would be handed on to upstreams: what a caller says to us is nothing that they are told.
  const callers = propagation.deleteBaggage(propagation.extract(context.active(), headers))
  return inSpan(name, SpanKind.SERVER, {}, callers, work)
}

/** A part of the work. */
export function working<T>(name: string, attributes: Attributes, work: Work<T>): Promise<T> {
  return inSpan(name, SpanKind.INTERNAL, attributes, context.active(), work)
}

/**
 * A call to somebody else.
 *
 * @param whom as the files call it
 * @param work given the headers by which they are told the trace
 */
export function calling<T>(
  whom: string,
  attributes: Attributes,
  work: (headers: Readonly<Record<string, string>>, span: Span) => Promise<T>,
): Promise<T> {
  return inSpan(`call ${whom}`, SpanKind.CLIENT, attributes, context.active(), (span) => {
    const headers: Record<string, string> = {}
    propagation.inject(context.active(), headers)
    return work(headers, span)
  })
}

/** What is known now of the request or the work that is under way. */
export function remark(attributes: Attributes): void {
  trace.getActiveSpan()?.setAttributes(attributes)
}

/** Something that has happened meanwhile. */
export function happened(what: string, attributes: Attributes): void {
  trace.getActiveSpan()?.addEvent(what, attributes)
}

/** @param how a code, or the class of an error */
export function markFailed(span: Span, how: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR })
  span.setAttribute('error.type', how)
}

function inSpan<T>(
  name: string,
  kind: SpanKind,
  attributes: Attributes,
  parent: Context,
  work: Work<T>,
): Promise<T> {
  // Asked for each time: an SDK may be loaded after this file.
  return trace
    .getTracer('sallyport')
    .startActiveSpan(name, { kind, attributes }, parent, async (span) => {
      try {
        return await work(span)
      } catch (thrown) {
        markFailed(span, kindOf(thrown))
        throw thrown
      } finally {
        span.end()
      }
    })
}

function kindOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return '_OTHER'
  return 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : thrown.name
}

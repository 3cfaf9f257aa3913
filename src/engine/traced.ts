/** What traces say of a login: each step that does something, and where the login goes. */
import { happened, remark, working } from '../kit/trace.ts'
import type { Option } from '../language/flow.ts'
import type { Draft } from './draft.ts'
import type { Login, LoginEvent } from './login.ts'

/** A step's deed as a span, with the outcome that it comes to. */
export function traced<T extends object | undefined>(
  { login }: Draft,
  option: Option,
  deed: 'work' | 'prepare' | 'depart',
  work: () => Promise<T>,
): Promise<T> {
  const where = {
    'sallyport.login': login.id,
    'sallyport.flow': login.flow,
    'sallyport.state': login.position,
    'sallyport.option': option.id,
  }
  return working(`${deed} ${option.step}`, where, async (span) => {
    const done = await work()
    if (done && 'outcome' in done) span.setAttributes({ 'sallyport.outcome': `${done.outcome}` })
    return done
  })
}

/** The request under way is about this login. */
export function traceLogin({ id, organisation, application, flow, position }: Login): void {
  remark({
    'sallyport.login': id,
    'sallyport.organisation': organisation,
    'sallyport.application': application,
    'sallyport.flow': flow,
    'sallyport.state': position,
  })
}

/** It has moved, and that is written. */
export function traceMove(login: Login, events: readonly LoginEvent[]): void {
  traceLogin(login)
  for (const { state, option, outcome, to, reason } of events) {
    happened('move', {
      'sallyport.state': state,
      'sallyport.outcome': outcome,
      ...(option !== undefined && { 'sallyport.option': option }),
      ...(to !== undefined && { 'sallyport.to': to }),
      ...(reason !== undefined && { 'sallyport.reason': reason }),
    })
  }
  const { end } = login.facts
  if (end) remark({ 'sallyport.end': end.error ?? end.outcome })
}

/**
 * What a running server counts, for Prometheus. Names of flows, states, options and steps are labels: there
 * are as many as the files have. Nothing of a person is.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { App } from '../app.ts'
import type { Login, LoginEvent } from '../engine/login.ts'
import type { StepType } from '../language/step.ts'

export interface Metrics {
  moved(login: Login, events: readonly LoginEvent[]): void
  /** A step whose work is timed. */
  timed(step: StepType): StepType
  /** For the server's `request` event. */
  request(request: IncomingMessage, response: ServerResponse): void
  /** All that has been counted. */
  counted(): Promise<Counted>
  /** Answers every request with it. */
  readonly listener: RequestListener
}

/** What one process has counted, as data. */
export type Counted = Awaited<ReturnType<Registry['getMetricsAsJSON']>>

/** Seconds: from a row of a database to an upstream's deadline. */
const workBuckets = [0.002, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** Seconds: from single sign-on to the deadline of a flow. */
const loginBuckets = [0.1, 1, 5, 15, 30, 60, 120, 300, 600, 1800]

/** @param now milliseconds since the Unix epoch */
export function openMetrics(load: App['load'], now: () => number): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const entered = new Counter({
    name: 'sallyport_states_entered_total',
    help: 'States that logins have come to',
    labelNames: ['organisation', 'flow', 'state'],
    registers,
  })
  const outcomes = new Counter({
    name: 'sallyport_outcomes_total',
    help: 'How states, and the options of offers, were left',
    labelNames: ['organisation', 'flow', 'state', 'option', 'outcome'],
    registers,
  })
  const logins = new Histogram({
    name: 'sallyport_login_seconds',
    help: 'From the beginning of a login to its end',
    labelNames: ['organisation', 'flow', 'outcome', 'error'],
    buckets: loginBuckets,
    registers,
  })
  const work = new Histogram({
    name: 'sallyport_step_work_seconds',
    help: 'What steps take to do their work',
    labelNames: ['step', 'outcome'],
    buckets: workBuckets,
    registers,
  })
  const requests = new Histogram({
    name: 'sallyport_request_seconds',
    help: 'From a request to the end of its answer',
    labelNames: ['method', 'status'],
    buckets: workBuckets,
    registers,
  })
  new Counter({
    name: 'sallyport_beginnings_refused_total',
    help: 'Logins that were not let begin, since those under way are all that there is room for',
    registers,
    collect() {
      this.reset()
      this.inc(load().refused)
    },
  })
  gauge('connections', 'Connections to the database')
  gauge('turns', 'Turns at a processor, for hashes')

  function gauge(what: 'connections' | 'turns', help: string): void {
    for (const figure of ['used', 'awaited'] as const) {
      new Gauge({
        name: `sallyport_${what}_${figure}`,
        help: `${help}: ${figure}`,
        registers,
        collect() {
          this.set(load()[what][figure])
        },
      })
    }
  }

  return {
    moved({ organisation, flow, createdMs, facts }, events) {
      for (const { state, option = '', outcome, to } of events) {
        outcomes.inc({ organisation, flow, state, option, outcome })
        if (to !== undefined) entered.inc({ organisation, flow, state: to })
      }
      if (!facts.end) return
      const { outcome, error = '' } = facts.end
      logins.observe({ organisation, flow, outcome, error }, (now() - createdMs) / 1000)
    },

    timed(step) {
      const { type } = step.declaration
      return {
        ...step,
        async work(call) {
          const stop = work.startTimer({ step: type })
          try {
            const answer = await step.work(call)
            stop({ outcome: answer.outcome })
            return answer
          } catch (thrown) {
            stop({ outcome: 'error' })
            throw thrown
          }
        },
      }
    },

    request({ method }, response) {
      const stop = requests.startTimer()
      response.once('close', () => {
        stop({ method: methods.includes(method!) ? method! : 'other', status: response.statusCode })
      })
    },

    counted: () => registry.getMetricsAsJSON(),

    listener(_request, response) {
      registry.metrics().then(
        (text) => response.setHeader('Content-Type', registry.contentType).end(text),
        () => response.writeHead(500).end(),
      )
    },
  }
}

/** Others are one label: what a caller makes up must not grow the memory. */
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/**
 * http: asks a service over HTTP, e.g. how risky a login is.
 *
 *     run: http
 *     with: { service: risk }
 *
 * Which services there are, where, with which secret, and what they are told stands in `services.yaml`; a flow
 * can name one and nothing more. What it says is recorded as `service.result` and `service.score`, and lets
 * nobody in by itself.
 *
 * | outcome | when                                                                          |
 * | ------- | ----------------------------------------------------------------------------- |
 * | success | it has answered as its settings say                                           |
 * | error   | it was not reached, or has answered otherwise; nothing is recorded            |
 * | timeout | there was no whole answer in time; nothing is recorded                        |
 */
import { defineStep } from '../../language/step.ts'

export const http = defineStep({
  declaration: {
    type: 'http',
    mode: 'run',
    callsOut: true,
    needs: ['none', 'pass-through', 'account'],
    subject: 'none',
    credential: false,
    hides: [],
    outcomes: {
      success: [
        {
          by: 'upstream',
          records: ['service.result', 'service.score'],
          enact: 'is told what the service says',
        },
      ],
    },
  },
  params: {
    service: { kind: 'service', description: 'which one of `services.yaml` is asked' },
  },
  fields: [],

  async work({ params, facts, ports }) {
    const { result, score } = await ports.service(params.service).ask(facts)
    return {
      outcome: 'success',
      facts: {
        ...(result === undefined ? {} : { 'service.result': result }),
        ...(score === undefined ? {} : { 'service.score': score }),
      },
    }
  },
})

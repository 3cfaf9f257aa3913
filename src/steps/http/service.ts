/** The client side of one service: what it is told, and what of its answer is believed. */
import { calling } from '../../kit/trace.ts'
import type { FactValues } from '../../language/facts.ts'
import type { Service } from '../../language/ports.ts'
import type { ServiceFile } from '../../language/settings.ts'
import { Distrust, failureOf } from '../federated/failure.ts'
import { isAllowedUrl } from '../federated/fetch.ts'
import { postJson, type Resolve } from './post.ts'

/**
 * @param allowInsecure plain http is called on loopback
 * @param resolve finds the addresses of a name; absent: the system does
 */
export function openService(
  settings: ServiceFile,
  { allowInsecure, resolve }: { readonly allowInsecure: boolean; readonly resolve?: Resolve },
): Service {
  return {
    async ask(facts) {
      const signal = AbortSignal.timeout(settings.timeoutMs)
      try {
        if (!isAllowedUrl(settings.url, allowInsecure))
          throw new Distrust('its address is plain http')
        const body = JSON.stringify(told(settings, facts))
        const url = new URL(settings.url)
        const { internal } = settings
        const headers = secretOf(settings)
        const answer = await calling(settings.id, { 'server.address': url.host }, (tracing) =>
          postJson({ url, body, headers: { ...headers, ...tracing }, internal, signal, resolve }),
        )
        return understood(answer, settings)
      } catch (thrown) {
        throw failureOf(thrown, settings.id, signal.aborted)
      }
    },
  }
}

function told({ sends }: ServiceFile, facts: FactValues): Readonly<Record<string, unknown>> {
  return Object.fromEntries(sends.map((name) => [name, facts[name] ?? null]))
}

/** @throws {Distrust} the secret is not set: it is not asked without */
function secretOf({ header, secret }: ServiceFile): Readonly<Record<string, string>> {
  if (!secret) return {}
  if (!secret.value) throw new Distrust(`${secret.reference} is not set`)
  const value = secret.value.reveal()
  return header === undefined ? { authorization: `Bearer ${value}` } : { [header]: value }
}

/** @throws {Distrust} the answer is not what the settings say; nothing of it is repeated */
function understood(
  answer: unknown,
  { results }: ServiceFile,
): { readonly result?: string; readonly score?: number } {
  if (typeof answer !== 'object' || answer === null) throw new Distrust('its answer is no object')
  const { result, score } = answer as { result?: unknown; score?: unknown }
  const isWord = typeof result === 'string' && results.includes(result)
  if (results.length > 0 ? !isWord : result !== undefined) {
    throw new Distrust('its `result` is none of those declared')
  }
  const isNumber = Number.isSafeInteger(score)
  if (score !== undefined && !isNumber) throw new Distrust('its `score` is no whole number')
  if (!isWord && !isNumber) throw new Distrust('its answer has neither `result` nor `score`')
  return {
    ...(isWord ? { result } : {}),
    ...(isNumber ? { score: score as number } : {}),
  }
}

/** In which languages a login speaks, best first: as its application asks, then as its account wishes. */
import { ownLocales } from '../language/locale.ts'
import type { LoginFacts } from './login.ts'

/** @returns BCP 47 tags; what the browser says comes after them */
export function spokenTo({
  request,
  identity,
}: Pick<LoginFacts, 'request' | 'identity'>): readonly string[] {
  const own = identity.kind === 'account' ? ownLocales(identity.claims) : []
  return [...request.uiLocales, ...own]
}

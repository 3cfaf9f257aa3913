/** The language in which somebody is spoken to: `locale` of their profile (OpenID Connect Core, 5.1). */
import type { Claims } from './facts.ts'

/** @returns none or one (BCP 47), to stand in a list of wishes; whether it is spoken here is not asked */
export function ownLocales({ other }: Claims = {}): readonly string[] {
  const { locale } = other ?? {}
  return typeof locale === 'string' ? [locale] : []
}

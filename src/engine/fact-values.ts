/** The facts of a login under the names that conditions use. Recorded facts only, never the request's. */
import type { FactValues } from '../language/facts.ts'
import { ageAt } from '../language/moment.ts'
import type { Login } from './login.ts'
import { countFactors, methods } from './proofs.ts'

export function factValues({
  application,
  createdMs,
  facts,
}: Pick<Login, 'application' | 'createdMs' | 'facts'>): FactValues {
  const { identity, proofs, request, address, recorded } = facts
  const claims = identity.kind === 'none' ? {} : identity.claims
  const age = ageAt(claims.other?.birthdate, createdMs)
  return {
    'application.id': application,
    'identity.kind': identity.kind,
    'identity.connection': identity.kind === 'none' ? 'none' : identity.connection,
    'identity.amr': claims.amr ?? [],
    ...(claims.email === undefined ? {} : { 'identity.email': claims.email }),
    'identity.emailVerified': claims.emailVerified === true,
    ...(claims.name === undefined ? {} : { 'identity.name': claims.name }),
    ...(age === undefined ? {} : { 'identity.age': age }),
    'identity.groups': claims.groups ?? [],
    ...(identity.kind === 'pass-through' ? { 'identity.scheme': identity.scheme ?? 'silent' } : {}),
    ...(identity.kind === 'account'
      ? {
          'account.groups': identity.groups,
          'account.source': identity.source,
          'account.new': identity.new,
        }
      : {}),
    'proofs.factors': countFactors(proofs),
    'proofs.amr': methods(proofs),
    'proofs.options': [...new Set(proofs.map((proof) => proof.option))],
    'proofs.phishingResistant': proofs.some((proof) => proof.phishingResistant),
    ...(address === undefined ? {} : { 'network.address': address }),
    'time.now': createdMs,
    ...recorded,
    'request.acr': [...request.acr, ...request.essentialAcr],
  }
}

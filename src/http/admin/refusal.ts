/** Refusals that several of the admin API's resources share. */
import { KnownError } from '../../kit/errors.ts'

export function unknownResource(what: string): KnownError {
  return new KnownError('RESOURCE_NOT_FOUND', `there is no such ${what} in this organisation`)
}

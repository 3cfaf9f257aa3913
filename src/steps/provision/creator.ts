/** The creator that is built in, for connections and directories that name none. */
import type { CreatedUser, CreationRequest } from '../../language/plug-in.ts'
import { profileOf } from '../profile.ts'
import { chosenName, usableName } from './name.ts'

/**
 * Takes the profile from what the upstream or the directory says, and the name from the first of these that makes
 * one: the name the person prefers there, the address it has verified, the subject within its connection.
 */
export const defaultCreator = {
  create({
    connection,
    subject,
    claims,
  }: Pick<CreationRequest, 'connection' | 'subject' | 'claims'>):
    | Required<Omit<CreatedUser, 'directory'>>
    | undefined {
    const address = claims.emailVerified === true ? claims.email : undefined
    const userName =
      chosenName(claims.preferredUsername, address) ??
      (address && usableName(address)) ??
      usableName(`${connection}:${subject}`)
    return userName === undefined ? undefined : { userName, claims: profileOf(claims) }
  },
}

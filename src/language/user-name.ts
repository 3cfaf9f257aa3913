/** The one form in which user names are compared: equal keys are the same name, within an organisation. */

/**
 * Compatibility forms and case are folded away (after RFC 8265, UsernameCaseMapped: width, case, NFC;
 * here by NFKC, which also takes look-alike compatibility characters).
 *
 * @returns never longer than the name's storage, 256 UTF-16 units; the caller caps what it is given
 */
export function userNameKey(userName: string): string {
  return userName.normalize('NFKC').trim().toLowerCase().normalize('NFKC')
}

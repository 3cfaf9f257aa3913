/** The form in which two verified addresses are compared. */

/**
 * Letters of ASCII are taken for the same in either case, and nothing else is: what else a mail system
 * takes for the same is its own affair, and look-alikes are other people's addresses.
 */
export function emailKey(email: string): string {
  return email.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/**
 * The token of one answer: a revision, and a tag that only this browser can have been given. It says
 * which page was answered, and that the answer came from that page.
 */
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'

export function seqFor(
  key: KeyObject,
  loginId: string,
  revision: number,
  browserHash: string,
): string {
  const tag = createHmac('sha256', key)
    .update(`${loginId}\0${revision}\0${browserHash}`)
    .digest('base64url')
  return `${revision}.${tag}`
}

/** @returns the revision that was answered, or `undefined` if the token was never ours */
export function readSeq(
  key: KeyObject,
  loginId: string,
  browserHash: string,
  seq: string,
): number | undefined {
  const revision = Number(/^(\d{1,9})\./.exec(seq)?.[1] ?? 'x')
  if (!Number.isInteger(revision)) return undefined
  const expected = Buffer.from(seqFor(key, loginId, revision, browserHash))
  const given = Buffer.from(seq)
  return given.length === expected.length && timingSafeEqual(given, expected) ? revision : undefined
}

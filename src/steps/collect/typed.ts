/** What somebody types of themselves, looked at for its shape. */

export function isText(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text.isWellFormed() && !/\p{Cc}/u.test(text)
}

/** A shape and no more: whether mail arrives there is for whoever sends some. */
export function isAddress(text: string | undefined): text is string {
  return isText(text) && /^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;]+$/.test(text)
}

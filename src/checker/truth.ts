/**
 * Sets of truths: 1 true, 2 false, 4 error, and their sums for "one of these".
 *
 * Conditions are strict: an error anywhere is an error of the whole, as the language has it. So `and`
 * and `or` are tables over sets, and a set of one element is a certain answer.
 */
export const isTrue = 1
export const isFalse = 2
export const isError = 4

export type Truths = number

export function not(of: Truths): Truths {
  return (of & isError) | (of & isTrue ? isFalse : 0) | (of & isFalse ? isTrue : 0)
}

export function and(left: Truths, right: Truths): Truths {
  return andTable[left * 8 + right]!
}

export function or(left: Truths, right: Truths): Truths {
  return not(and(not(left), not(right)))
}

/** Plain short-circuit choice: only the side that is chosen counts, besides errors of what is asked. */
export function choose(when: Truths, then: Truths, otherwise: Truths): Truths {
  const errors = (when | then | otherwise) & isError
  const chosen = (when & isTrue ? then : 0) | (when & isFalse ? otherwise : 0)
  return chosen | errors
}

const andTable = Array.from({ length: 64 }, (_, at) => {
  const left = at >> 3
  const right = at & 7
  let set = 0
  if ((left | right) & isError) set |= isError
  const [soundLeft, soundRight] = [left & 3, right & 3]
  if (soundLeft & isTrue && soundRight & isTrue) set |= isTrue
  if ((soundLeft & isFalse && soundRight) || (soundRight & isFalse && soundLeft)) set |= isFalse
  return set
})

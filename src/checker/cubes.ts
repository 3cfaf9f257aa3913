/**
 * Sets of environments: a cube says of each variable which values are still possible, a set is a list of
 * cubes. Everything here is exact.
 */

/** One word a variable, as in a packed state. */
export type Cube = Int32Array

/** @returns whether all of `less` is in `more` */
export function contains(more: Cube, less: Cube): boolean {
  for (let at = 0; at < less.length; at++) if ((less[at]! & ~more[at]!) !== 0) return false
  return true
}

/** @returns what of a cube is in none of the others, in cubes that have nothing in common */
export function without(cube: Cube, others: readonly Cube[]): Cube[] {
  let rest = [cube]
  for (const other of others) {
    rest = rest.flatMap((one) => minus(one, other))
    if (rest.length === 0) break
  }
  return rest
}

function minus(cube: Cube, other: Cube): Cube[] {
  for (let at = 0; at < cube.length; at++) if ((cube[at]! & other[at]!) === 0) return [cube]
  const pieces: Cube[] = []
  const inside = cube.slice()
  for (let at = 0; at < cube.length; at++) {
    const outside = inside[at]! & ~other[at]!
    if (outside === 0) continue
    const piece = inside.slice()
    piece[at] = outside
    pieces.push(piece)
    inside[at] = inside[at]! & other[at]!
  }
  return pieces
}

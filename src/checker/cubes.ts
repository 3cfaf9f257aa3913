/** Sets of environments: a cube says of each variable which values are still possible. Exact. */

/** One word a variable, as in a packed state. */
export type Cube = Int32Array

/** @returns what of a cube is not in the other, in cubes that have nothing in common; all of it: itself */
export function minus(cube: Cube, other: Cube): Cube[] {
  for (let at = 0; at < cube.length; at++) if ((cube[at]! & other[at]!) === 0) return [cube]
  const pieces: Cube[] = []
  if (cube.every((values, at) => (values & ~other[at]!) === 0)) return pieces
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

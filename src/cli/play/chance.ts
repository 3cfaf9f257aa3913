/** Chance that can be had again. */

/** Numbers from 0 up to, and not with, 1. The same seed gives the same ones. */
export type Chance = () => number

export function chanceOf(seed: number): Chance {
  // Mulberry32.
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

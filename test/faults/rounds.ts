/** How often a fault is tried: all of its rounds where they are asked for, fewer in the long tests. */

export const allRoundsVariable = 'SALLYPORT_TEST_ALL_ROUNDS'

export function rounds({ few, all }: { readonly few: number; readonly all: number }): number {
  return process.env[allRoundsVariable] === '1' ? all : few
}

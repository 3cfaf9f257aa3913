/** How often a fault is tried: all of its rounds where they are asked for, fewer in the long tests. */

export const allRoundsVariable = 'SALLYPORT_TEST_ALL_ROUNDS'

export function rounds<T>({ few, all }: { readonly few: T; readonly all: T }): T {
  return process.env[allRoundsVariable] === '1' ? all : few
}

/** What a row of the tables of requirements says: the tests that show a number, or why there are none. */

/** Where it is shown: the file below `test/`, and how the test's name begins. */
export interface Shown {
  readonly by: string
  readonly test: string
}

/** Beside what is shown: what of the number is not taken over, and why, in one sentence. */
export interface Except {
  readonly except: string
}

/** `why`: it does not apply. `open`: it does, and nothing shows it yet. Both are one sentence. */
export type Row = readonly (Shown | Except)[] | { readonly why: string } | { readonly open: string }

export type Table = Readonly<Record<string, Row>>

/** @param file below `test/`, without `.test.ts` */
export function by(file: string, test: string): Shown {
  return { by: `${file}.test.ts`, test }
}

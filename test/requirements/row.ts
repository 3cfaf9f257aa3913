/** What a row of the tables of requirements says: the tests that show a number, or why there are none. */

/** Where it is shown: the file below `test/`, and how the test's name begins. */
export interface Shown {
  readonly by: string
  readonly test: string
}

/** Where it is written down, which is what is asked for: a file of the repository, and a heading of it. */
export interface Written {
  readonly file: string
  readonly heading: string
}

/** Beside what is shown: what of the number is not taken over, and why, in one sentence. */
export interface Except {
  readonly except: string
}

/**
 * `why`: it does not apply. `operator`: whoever runs the server has to do it. `open`: it applies, and is not so,
 * or nothing shows it yet. Each is one sentence.
 */
export type Row =
  | readonly (Shown | Written | Except)[]
  | { readonly why: string }
  | { readonly operator: string }
  | { readonly open: string }

export type Table = Readonly<Record<string, Row>>

/** @param file below `test/`, without `.test.ts` */
export function by(file: string, test: string): Shown {
  return { by: `${file}.test.ts`, test }
}

/** A promise of the store, which is kept on both databases. */
export function promised(file: string, test: string): Shown {
  return { by: `store/conformance/${file}.ts`, test }
}

export function written(file: string, heading: string): Written {
  return { file, heading }
}

/** @param heading of the operations guide */
export const operations = (heading: string) => written('src/OPERATIONS.md', heading)
/** @param heading of the threat model */
export const threats = (heading: string) => written('src/THREATS.md', heading)

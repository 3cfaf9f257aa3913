/**
 * The product with a line of it changed: how a server behaves whose engine lacks a rule. The product has no
 * switch for that; its sources are read again with the change made, beside the ones that are loaded already.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { registerHooks } from 'node:module'

/** One place of one file; the text must be there once. */
export interface Edit {
  /** Below `src/`. */
  readonly file: string
  readonly from: string
  readonly to: string
}

const project = new URL('../../', import.meta.url).href
const sources = ['src/', 'test/'].map((folder) => project + folder)

/**
 * @param entry a module below the project's folder
 * @returns it, of the changed product
 */
export async function importEdited<M>(entry: string, edits: readonly Edit[]): Promise<M> {
  const key = randomUUID()
  const missing = new Set(edits)
  const isSource = (url: string) => sources.some((folder) => url.startsWith(folder))
  const isOurs = (url: string | undefined) =>
    url !== undefined && isSource(url) && url.endsWith(`?edited=${key}`)
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      if (!isOurs(context.parentURL) || !isSource(found.url)) return found
      return { ...found, url: `${found.url}?edited=${key}` }
    },
    load(url, context, next) {
      const loaded = next(url, context)
      const meant = edits.filter(
        ({ file }) => isOurs(url) && url.startsWith(`${project}src/${file}?`),
      )
      if (meant.length === 0) return loaded
      let source = String(loaded.source)
      for (const edit of meant) {
        assert.equal(source.split(edit.from).length, 2, `once in ${edit.file}: ${edit.from}`)
        source = source.replace(edit.from, () => edit.to)
        missing.delete(edit)
      }
      return { ...loaded, source }
    },
  })
  try {
    const imported = await import(`${project}${entry}?edited=${key}`)
    assert.equal(missing.size, 0, 'every edit was made')
    return imported
  } finally {
    hooks.deregister()
  }
}

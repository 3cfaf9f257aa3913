/**
 * The product with a line of it changed: how a server behaves whose engine lacks a rule. The product has no
 * switch for that; its sources are read again with the change made, beside the ones that are loaded already.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { registerHooks } from 'node:module'

/** One place of one file below `src/`; the text must be there once. */
export interface Edit {
  readonly file: string
  readonly from: string
  readonly to: string
}

const sources = new URL('../../src/', import.meta.url).href

/** @returns `openStage` of the changed product */
export async function stageWith(
  edits: readonly Edit[],
): Promise<typeof import('../../src/cli/play/stage.ts').openStage> {
  const key = randomUUID()
  const missing = new Set(edits)
  const isOurs = (url: string | undefined) =>
    url?.startsWith(sources) === true && url.endsWith(`?edited=${key}`)
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      if (!isOurs(context.parentURL) || !found.url.startsWith(sources)) return found
      return { ...found, url: `${found.url}?edited=${key}` }
    },
    load(url, context, next) {
      const loaded = next(url, context)
      const meant = edits.filter(({ file }) => isOurs(url) && url.startsWith(`${sources}${file}?`))
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
    const stage = await import(`${sources}cli/play/stage.ts?edited=${key}`)
    assert.equal(missing.size, 0, 'every edit was made')
    return stage.openStage
  } finally {
    hooks.deregister()
  }
}

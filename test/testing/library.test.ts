import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { drive, flowPaths } from 'sallyport/testing'

const folder = `${import.meta.dirname}/../../flows`

describe('sallyport/testing', () => {
  it('hands out the paths of a flow, and drives each by itself', async () => {
    const paths = await flowPaths('vault', { folder })
    assert.ok(paths.length > 5)
    for (const path of paths.slice(0, 3)) {
      const { result, because } = await drive(path, { folder })
      assert.equal(result, 'as-told', `${path.id}: ${because}`)
    }
  })

  it('takes what the files want from the environment that it is given', async () => {
    const [path] = await flowPaths('thrift', { folder })
    const on = path!.moves.find(({ state }) => state === 'provision')
    assert.equal(on, undefined)
    const paths = await flowPaths('thrift', { folder, env: { SALLYPORT_GITHUB_JIT: 'false' } })
    const off = paths.some(({ covers }) => covers.includes('provision.provision.disabled#0'))
    assert.ok(off)
  })

  it('knows no other flow', async () => {
    await assert.rejects(flowPaths('thrifty', { folder }), /there is no flow thrifty; there are: /)
  })
})

import { describe, it } from 'node:test'
import { walkAndHold } from './walks.ts'
import { winding } from './winding.ts'

const seed = Math.floor(Date.now() / 1000)

describe(`10,000 random walks (seed ${seed})`, () => {
  it('over the shipped flows: no bug, nothing outside of the model, nobody in who must not be', async (t) => {
    const { requests, ends } = await walkAndHold({ walks: 10_000, seed })
    t.diagnostic(`${requests} requests; ${JSON.stringify(ends)}`)
  })

  it('500 more over a flow that winds', async () => {
    await walkAndHold({ walks: 500, seed, files: winding })
  })

  it('300 more where one connection makes no accounts', async () => {
    await walkAndHold({ walks: 300, seed, env: { SALLYPORT_GITHUB_JIT: 'false' } })
  })
})

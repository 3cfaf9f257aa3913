import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { it } from 'node:test'
import Koa from 'koa'
import { listen } from '../../src/cli/listen.ts'
import { type AnswerNowParts, answerNow } from '../../src/http/provider/answer-now.ts'
import { loginOf } from '../store/given.ts'

it('an answer that cannot be made leaves nothing on the response but what is put there instead', async (t) => {
  const answering = answerNow({
    store: {
      open: () => ({ pretend() {} }),
      within: (_unit: unknown, work: () => Promise<unknown>) => work(),
    },
    pathOf: (uid: string) => `/auth/${uid}`,
    answers: { resultOf: () => ({}), resume() {} },
    subjectOfLogin: () => undefined,
    resumeCookieName: 'resume',
    now: () => 0,
    async library(ctx: Koa.Context) {
      ctx.cookies.set('session', 'of somebody')
      ctx.redirect('https://thrift.example/?code=c')
      throw new Error('half-way')
    },
  } as unknown as AnswerNowParts)
  const koa = new Koa()
  koa.use(async (ctx) => {
    const before = [ctx.method, ctx.url, ctx.status]
    const login = loginOf({ interaction: JSON.stringify({ exp: 1 }) })
    await assert.rejects(answering(ctx).make(login), /half-way/)
    assert.deepEqual([ctx.method, ctx.url, ctx.status], before)
    ctx.status = 200
    ctx.body = 'the step'
  })
  const server = createServer(koa.callback())
  const port = await listen(server, 0)
  t.after(() => server.close())
  const answer = await fetch(`http://localhost:${port}/login/lg_1`)
  assert.deepEqual([answer.status, await answer.text()], [200, 'the step'])
  for (const name of ['set-cookie', 'location']) assert.equal(answer.headers.get(name), null)
})

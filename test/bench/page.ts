/** The least that a step could be: a form is read, a row as well, one is written, and a page says so. */
import { createServer, type Server } from 'node:http'
import Koa from 'koa'
import { readForm } from '../../src/http/body.ts'
import { serverOptions } from '../../src/http/limits.ts'
import { openDatabase } from '../../src/store/open.ts'
import { number, type Row, rowsOf } from '../../src/store/rows.ts'

export interface PageOptions {
  readonly issuer: string
  readonly database: string
}

export async function pageServer({ database }: PageOptions): Promise<Server> {
  const db = openDatabase({ url: database, durability: 'full' })
  await db.schema.createTable('pages', (table) => {
    table.integer('id').primary()
    table.integer('count').notNullable()
    table.text('text').notNullable()
  })
  await db('pages').insert({ id: 1, count: 0, text: '' })
  const app = new Koa()
  app.use(async (ctx) => {
    const { text } = await readForm(ctx)
    const [row] = rowsOf<Row>(await db.raw('select count from pages where id = ?', [1]))
    const count = number(row!, 'count')
    await db.raw('update pages set count = ?, text = ? where id = ?', [
      Number(row!.count) + 1,
      text!,
      1,
    ])
    ctx.type = 'html'
    ctx.body = `<!doctype html><title>Page</title><p>${count}</p>`
  })
  return createServer(serverOptions(), app.callback())
}

/** `sallyport keys list | rotate | retire KID`: the keys with which an organisation signs. */
import { parseArgs } from 'node:util'
import { type Environment, readDatabase, readSecrets } from '../config.ts'
import { sealers } from '../keys.ts'
import type { Sealer } from '../kit/seal.ts'
import { migrate, openDatabase } from '../store/open.ts'
import { openSigningKeys, type SigningKeys } from '../store/signing-keys.ts'
import { type Command, type Io, UsageProblem } from './io.ts'
import { namedOrganisation } from './organisations.ts'
import { table } from './table.ts'

const options = {
  database: { type: 'string' },
  flows: { type: 'string' },
  organisation: { type: 'string' },
  json: { type: 'boolean' },
} as const

export const run: Command = async (args, io) => {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const [verb = 'list', kid] = positionals
  const organisation = await namedOrganisation(values, io)
  const db = openDatabase({ url: readDatabase(values, io.env) })
  try {
    await migrate(db)
    const keys = openSigningKeys(db, organisation, whenSealing(organisation, io.env))
    if (verb === 'list') return await list(keys, io, values.json === true)
    if (verb === 'rotate') return await rotate(keys, io)
    if (verb === 'retire' && kid !== undefined) return await retire(keys, io, kid)
    throw new UsageProblem('call it as: keys list, keys rotate, keys retire KID')
  } finally {
    await db.destroy()
  }
}

/** Only a new key is sealed: a list needs no master key. */
function whenSealing(organisation: string, env: Environment): Sealer {
  const sealer = () => {
    const { secret, otherSecrets } = readSecrets(env)
    return sealers(secret, organisation, otherSecrets).keys
  }
  return {
    seal: (text, belongsTo) => sealer().seal(text, belongsTo),
    open: (sealed, belongsTo) => sealer().open(sealed, belongsTo),
  }
}

async function list(keys: SigningKeys, io: Io, json: boolean): Promise<number> {
  const listed = (await keys.list()).map(({ createdMs, ...key }) => ({
    ...key,
    createdAt: new Date(createdMs).toISOString(),
  }))
  if (json) {
    io.out(JSON.stringify(listed, null, 2))
    return 0
  }
  const rows = listed.map(({ kid, alg, createdAt, signs }) => [
    kid,
    alg,
    createdAt,
    signs ? 'signs' : 'published',
  ])
  for (const line of table([['key', 'algorithm', 'made', 'use'], ...rows])) io.out(line)
  return 0
}

async function rotate(keys: SigningKeys, io: Io): Promise<number> {
  await keys.rotate(Date.now())
  for (const { kid, alg, signs } of await keys.list()) if (signs) io.out(`made ${kid} (${alg})`)
  io.out('start the servers anew, all of them: they sign with these then, and publish the old ones')
  io.out('a day later the old ones can be retired')
  return 0
}

async function retire(keys: SigningKeys, io: Io, kid: string): Promise<number> {
  switch (await keys.retire(kid, Date.now())) {
    case 'retired':
      io.out(`${kid} is retired: servers publish it no more from their next start on`)
      return 0
    case 'signs':
      io.err(`${kid} signs: make another first, with keys rotate`)
      return 1
    case 'too-early':
      io.err(`what ${kid} has signed may still be about: retire it when the new key is a day old`)
      return 1
    case 'unknown':
      io.err(`there is no key ${kid}; see keys list`)
      return 1
  }
}

/** A Sallyport with a Google of its own, as it is measured. */
import { resolve } from 'node:path'
import { startGoogle } from '../../src/cli/demo/google.ts'
import { freePort } from '../support/free-port.ts'
import { type Bench, startBench } from './servers.ts'

export interface Ours {
  readonly database: string
  /** How many people there are with an authenticator app: `jane0` and so on. Absent: none. */
  readonly janes?: number
  /** How many with a password alone, beside Bo: `bo0` and so on. Absent: none. */
  readonly bos?: number
  /** Absent: a password's hash costs next to nothing. */
  readonly hash?: 'full'
}

export async function startOurs(options: Ours): Promise<Bench> {
  const issuer = `http://localhost:${await freePort()}`
  const google = await startGoogle({
    client: {
      id: 'sallyport',
      secret: 'google-secret',
      redirectUris: [`${issuer}/login/callback/google`],
    },
    people: Array.from({ length: 4 }, (_, index) => ({
      subject: `g-${index}`,
      email: `p${index}@x.test`,
      emailVerified: true,
      name: `Person ${index}`,
      preferredUsername: `p${index}`,
    })),
  })
  const server = await startBench({
    janes: 0,
    ...options,
    kind: 'sallyport',
    issuer,
    flows: resolve(import.meta.dirname, 'flows'),
    env: {
      GOOGLE_ISSUER: google.url,
      GOOGLE_CLIENT_SECRET: 'google-secret',
      THRIFT_CLIENT_SECRET: 'thrift-secret',
    },
  })
  return {
    ...server,
    async close() {
      await server.close()
      await google.close()
    },
  }
}

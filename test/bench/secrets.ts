/** What servers and their people keep to themselves, where it has to be known on both sides. */
import { Secret } from '../../src/kit/secret.ts'

export const masterKey = new Secret(new Uint8Array(32).fill(5))
export const janesPassword = 'paper lantern quartz'
export const totpSecret = 'KRUGS4ZANFZSA3TPOQQGCIDSMVQWYIDT'
/** A password's hash that costs next to nothing. */
export const cheapHash = { memoryKib: 8, passes: 1, lanes: 1 }

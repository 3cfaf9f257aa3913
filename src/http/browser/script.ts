/** The one script there is, of pages that offer a passkey. It is part of the page, under its nonce. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Html } from './html.ts'

export const passkeyScript = new Html(readFileSync(join(import.meta.dirname, 'passkey.js'), 'utf8'))

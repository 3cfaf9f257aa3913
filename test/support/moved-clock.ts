/**
 * For `--import`: a process whose clock is ahead by as many milliseconds as stand in the file that
 * SALLYPORT_TEST_AHEAD names, at every moment, for the libraries as well.
 */
import { readFileSync } from 'node:fs'

const file = process.env.SALLYPORT_TEST_AHEAD!
const { now } = Date
Date.now = () => now() + Number(readFileSync(file, 'utf8'))

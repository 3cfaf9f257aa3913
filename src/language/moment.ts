/** A moment as people at some place tell it: the day of the week and the hour of `time.now`. */

/** As `weekday` says them, in the order of ISO 8601. */
export const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const

export class Moment {
  readonly ms: number

  /** @param ms milliseconds since the Unix epoch */
  constructor(ms: number) {
    this.ms = ms
  }

  /** 0 to 23. @param zone of the IANA time zone database @throws {RangeError} there is no such zone */
  hour(zone: string): number {
    return Number(clockOf(zone).hour.format(this.ms))
  }

  /** One of `weekdays`. @throws {RangeError} there is no such zone */
  weekday(zone: string): string {
    return clockOf(zone).weekday.format(this.ms).toLowerCase()
  }
}

interface Clock {
  readonly hour: Intl.DateTimeFormat
  readonly weekday: Intl.DateTimeFormat
}

/** By zone. To make one takes a hundred times as long as to read it; only files name zones, so they are few. */
const clocks = new Map<string, Clock>()

function clockOf(timeZone: string): Clock {
  const known = clocks.get(timeZone)
  if (known) return known
  const clock = {
    hour: new Intl.DateTimeFormat('en-US', { hour: 'numeric', hourCycle: 'h23', timeZone }),
    weekday: new Intl.DateTimeFormat('en-US', { weekday: 'long', timeZone }),
  }
  clocks.set(timeZone, clock)
  return clock
}

/** Named as in the IANA database: an offset such as `+01:00` knows no summer. */
export function isZone(text: string): boolean {
  if (!/^(?:UTC|[A-Z][A-Za-z_+-]*(?:\/[A-Za-z0-9_+-]+)+)$/.test(text)) return false
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: text })
    return true
  } catch {
    return false
  }
}

/**
 * Full years from a date of birth to a moment, both in UTC: at most a day from what the person would say.
 *
 * @param birthdate `YYYY-MM-DD` (OpenID Connect Core, 5.1); without a year, or without a day, there is no age
 * @returns `undefined` for what is no whole date, or is not over yet
 */
export function ageAt(birthdate: unknown, nowMs: number): number | undefined {
  if (typeof birthdate !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(birthdate)) return undefined
  const born = new Date(`${birthdate}T00:00:00Z`)
  const isDate = !Number.isNaN(born.getTime()) && born.toISOString().startsWith(birthdate)
  if (!isDate || born.getUTCFullYear() === 0 || born.getTime() > nowMs) return undefined
  const now = new Date(nowMs)
  const years = now.getUTCFullYear() - born.getUTCFullYear()
  const months = now.getUTCMonth() - born.getUTCMonth()
  const isAhead = months < 0 || (months === 0 && now.getUTCDate() < born.getUTCDate())
  return isAhead ? years - 1 : years
}

/**
 * What people say of themselves and nobody relies on (OpenID Connect Core, 5.1), by the names that provenance
 * has. A date of birth, a number and whether it is verified, and whatever an organisation has names of its own
 * for, is for others to say.
 */
export const selfAsserted: readonly string[] = [
  'name',
  'other.given_name',
  'other.family_name',
  'other.middle_name',
  'other.nickname',
  'other.profile',
  'other.picture',
  'other.website',
  'other.gender',
  'other.zoneinfo',
  'other.locale',
]

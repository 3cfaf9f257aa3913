/** The properties that every flow is held to. Numbers are permanent: invariants, attacks, requirements. */
export interface BuiltIn {
  readonly id: string
  readonly sentence: string
  /** Whether a flow can break it, or only an engine that does not do what it should. */
  readonly by: 'flow' | 'engine'
}

export const builtIns: readonly BuiltIn[] = [
  {
    id: 'I-01',
    sentence: 'nobody gets in without having proven who they are',
    by: 'flow',
  },
  {
    id: 'I-02',
    sentence: 'whoever gets in has proven what the policy of the flow demands',
    by: 'flow',
  },
  {
    id: 'I-04',
    sentence: 'a step that needs an account is never entered without one',
    by: 'flow',
  },
  {
    id: 'I-05',
    sentence: 'nothing is provisioned, linked, assigned or enrolled before a proof',
    by: 'flow',
  },
  {
    id: 'I-06',
    sentence: 'every outcome leads somewhere, and a bad one to success only by way of a good one',
    by: 'flow',
  },
  {
    id: 'I-07',
    sentence: 'from everywhere an end can be reached, and by every way in someone can get in',
    by: 'flow',
  },
  {
    id: 'I-09',
    sentence: 'no cycle runs without the person, and none gives back attempts that were spent',
    by: 'flow',
  },
  { id: 'I-10', sentence: 'every state of the flow can be reached', by: 'flow' },
  {
    id: 'I-11',
    sentence: 'no way around a credential step hangs on what the client controls',
    by: 'flow',
  },
  {
    id: 'I-12',
    sentence: 'less proven, or less known, never leads nearer to success',
    by: 'flow',
  },
  { id: 'I-16', sentence: 'all proofs at success are of the one who gets in', by: 'flow' },
  {
    id: 'I-17',
    sentence: 'a person is linked to an account only with both of them proven',
    by: 'flow',
  },
  {
    id: 'I-29',
    sentence: 'a condition or a dependency that fails never helps anyone in',
    by: 'flow',
  },
  {
    id: 'I-30',
    sentence: 'nobody is sent to enrol a factor with less proven than the account can give',
    by: 'flow',
  },
  {
    id: 'I-36',
    sentence: 'before a proof, nothing that is seen tells whether an account exists',
    by: 'flow',
  },
  {
    id: 'security 112',
    sentence: 'all ways in are as strong as each other, but for those declared weaker',
    by: 'flow',
  },
  {
    id: 'security 116',
    sentence: 'who has a second factor that the flow asks for is asked for it',
    by: 'flow',
  },
  { id: 'I-03', sentence: 'only what was verified is recorded as proven', by: 'engine' },
  {
    id: 'I-08',
    sentence: 'wherever a login rests it can be cancelled, and it has a deadline',
    by: 'engine',
  },
  {
    id: 'I-13',
    sentence: 'a credential step starts unproven, also when entered again',
    by: 'engine',
  },
  { id: 'I-14', sentence: 'another subject starts without proofs', by: 'engine' },
  { id: 'I-18', sentence: 'an equal name makes nobody the owner of an account', by: 'engine' },
  { id: 'I-20', sentence: 'a locked or disabled account does not get in', by: 'engine' },
  { id: 'I-25', sentence: 'a login goes on only in the browser that began it', by: 'engine' },
  {
    id: 'I-27',
    sentence: 'a level that the request names is reached, or it is an error',
    by: 'engine',
  },
  {
    id: 'I-35',
    sentence: 'from an end, a cancellation or an expiry nothing leads on',
    by: 'engine',
  },
  {
    id: 'I-37',
    sentence: 'only what this flow offers is answered, and a session gives what it proved, no more',
    by: 'engine',
  },
]

import type { Knex } from 'knex'

/**
 * The first tables. Times that end in `_ms` are milliseconds since the Unix epoch, `expires_at` is in
 * seconds as OpenID Connect counts. `sealed` columns hold what only a key of this organisation opens.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('accounts', (t) => {
    t.string('id', 64).primary()
    t.string('organisation', 64).notNullable()
    t.string('directory', 64).notNullable()
    t.string('user_name', 256).notNullable()
    t.string('user_name_key', 256).notNullable()
    t.string('status', 16).notNullable()
    t.string('source', 64).notNullable()
    t.text('claims').notNullable()
    t.bigInteger('created_ms').notNullable()
    t.unique(['organisation', 'user_name_key'])
  })

  await db.schema.createTable('associations', (t) => {
    t.string('organisation', 64).notNullable()
    t.string('connection', 64).notNullable()
    t.string('subject', 256).notNullable()
    t.string('account_id', 64).notNullable().references('accounts.id').onDelete('CASCADE')
    t.bigInteger('created_ms').notNullable()
    t.primary(['organisation', 'connection', 'subject'])
    t.index(['account_id'])
  })

  await db.schema.createTable('credentials', (t) => {
    t.string('id', 64).primary()
    t.string('organisation', 64).notNullable()
    t.string('account_id', 64).notNullable().references('accounts.id').onDelete('CASCADE')
    t.string('kind', 32).notNullable()
    t.text('sealed_secret').notNullable()
    t.bigInteger('counter').notNullable()
    t.bigInteger('created_ms').notNullable()
    t.unique(['account_id', 'kind'])
  })

  await db.schema.createTable('account_groups', (t) => {
    t.string('account_id', 64).notNullable().references('accounts.id').onDelete('CASCADE')
    t.string('organisation', 64).notNullable()
    t.string('group_name', 64).notNullable()
    t.string('source', 160).notNullable()
    t.primary(['account_id', 'group_name', 'source'])
  })

  // Guesses at one factor of one account, right or wrong, since the window opened (I-23).
  await db.schema.createTable('guesses', (t) => {
    t.string('account_id', 64).notNullable().references('accounts.id').onDelete('CASCADE')
    t.string('organisation', 64).notNullable()
    t.string('factor', 32).notNullable()
    t.integer('count').notNullable()
    t.bigInteger('since_ms').notNullable()
    t.primary(['account_id', 'factor'])
  })

  await db.schema.createTable('definitions', (t) => {
    t.string('organisation', 64).notNullable()
    t.string('digest', 80).notNullable()
    t.text('body').notNullable()
    t.bigInteger('created_ms').notNullable()
    t.primary(['organisation', 'digest'])
  })

  await db.schema.createTable('logins', (t) => {
    t.string('id', 64).primary()
    t.string('organisation', 64).notNullable()
    t.string('application', 64).notNullable()
    t.string('flow', 64).notNullable()
    t.string('digest', 80).notNullable()
    t.string('position', 256).notNullable()
    t.integer('revision').notNullable()
    t.string('status', 16).notNullable()
    t.text('spent').notNullable()
    t.text('sealed_facts').notNullable()
    t.string('browser_hash', 64).notNullable()
    t.string('interaction_uid', 64).notNullable().unique()
    t.string('awaited_hash', 64).unique()
    t.string('claim', 64)
    t.bigInteger('claim_until_ms')
    t.string('answered_key', 64)
    t.text('sealed_answer')
    t.string('answer_code', 64)
    t.bigInteger('answered_ms')
    t.bigInteger('created_ms').notNullable()
    t.bigInteger('deadline_ms').notNullable()
    t.index(['deadline_ms'])
  })

  await db.schema.createTable('login_events', (t) => {
    t.string('login_id', 64).notNullable()
    t.integer('seq').notNullable()
    t.string('organisation', 64).notNullable()
    t.bigInteger('at_ms').notNullable()
    t.string('digest', 80).notNullable()
    t.string('state', 256).notNullable()
    t.string('option_id', 64)
    t.string('outcome', 32).notNullable()
    t.integer('case_index')
    t.string('to_state', 256)
    t.text('decided')
    t.text('reason')
    t.primary(['login_id', 'seq'])
  })

  await db.schema.createTable('sessions', (t) => {
    t.string('uid', 64).primary()
    t.string('organisation', 64).notNullable()
    t.string('jti', 64).notNullable().unique()
    t.string('previous_jti', 64).index()
    t.bigInteger('previous_until_ms')
    t.string('account_id', 64)
    t.string('browser_hash', 64)
    t.integer('revision').notNullable()
    t.text('payload').notNullable()
    t.text('proofs').notNullable()
    t.bigInteger('created_ms').notNullable()
    t.bigInteger('expires_at').notNullable()
    // One session a browser and account: two tabs that finish together share it.
    t.unique(['organisation', 'browser_hash', 'account_id'])
    t.index(['account_id'])
  })

  // What the OpenID provider keeps, one row a model's instance.
  await db.schema.createTable('provider_models', (t) => {
    t.string('organisation', 64).notNullable()
    t.string('model', 40).notNullable()
    t.string('id', 128).notNullable()
    t.string('grant_id', 64)
    t.string('account_id', 64)
    t.string('user_code', 64)
    t.string('uid', 64)
    t.text('payload').notNullable()
    t.text('sealed_assertion')
    t.bigInteger('consumed_at')
    t.bigInteger('expires_at')
    t.primary(['organisation', 'model', 'id'])
    t.index(['grant_id'])
    t.index(['account_id'])
    t.index(['expires_at'])
  })

  await db.schema.createTable('signing_keys', (t) => {
    t.string('organisation', 64).notNullable()
    t.string('kid', 64).notNullable()
    t.string('alg', 16).notNullable()
    // Of two nodes that make the next key at the same time, one does.
    t.integer('generation').notNullable()
    t.text('sealed_jwk').notNullable()
    t.bigInteger('created_ms').notNullable()
    t.primary(['organisation', 'kid'])
    t.unique(['organisation', 'alg', 'generation'])
  })
}

export async function down(db: Knex): Promise<void> {
  for (const table of [
    'signing_keys',
    'provider_models',
    'sessions',
    'login_events',
    'logins',
    'definitions',
    'guesses',
    'account_groups',
    'credentials',
    'associations',
    'accounts',
  ]) {
    await db.schema.dropTable(table)
  }
}

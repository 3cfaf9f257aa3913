/** The house keeps its own order: rooms, pure rooms, step folders, and what the tree may not say. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, it } from 'node:test'

/** Which room may import which. Read it top to bottom: a room knows only rooms above it. */
const mayImport: Record<string, readonly string[]> = {
  kit: [],
  language: ['kit'],
  checker: ['kit', 'language'],
  steps: ['kit', 'language'],
  engine: ['kit', 'language'],
  store: ['kit', 'language', 'engine'],
  http: ['kit', 'language', 'engine'],
  cli: ['kit', 'language', 'checker', 'steps', 'engine', 'store', 'http'],
}

/** Libraries that only one room may know. */
const libraryOf: Record<string, readonly string[]> = {
  knex: ['store'],
  koa: ['http', 'cli'],
  'oidc-provider': ['http', 'cli'],
  xstate: ['language'],
  '@opentelemetry/api': ['kit'],
}

/** These rooms compute: no clock, no network, no disk, no chance. */
const pureRooms = ['language', 'checker']
const pureModules = ['node:crypto']
const impure = /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bfetch\(|\bprocess\./

const root = resolve(import.meta.dirname, '..')
const src = join(root, 'src')
const sources = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
const files = sources(src)
const read = (file: string) => readFileSync(join(src, file), 'utf8')
const importsOf = (text: string) =>
  [...text.matchAll(/\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm)].map(
    (found) => (found[1] ?? found[2] ?? found[3])!,
  )

describe('rooms', () => {
  for (const file of files.filter((name) => name.includes('/'))) {
    const room = file.split('/')[0]!

    it(`${file} imports only what its room may`, () => {
      const allowed = mayImport[room]
      assert.ok(allowed, `${room}/ is not in the list of rooms in test/tidy.test.ts`)
      for (const specifier of importsOf(read(file))) {
        if (specifier.startsWith('.')) {
          const target = relative(src, resolve(src, dirname(file), specifier)).split('/')[0]!
          const fine =
            target === room ||
            allowed.includes(target) ||
            (room === 'cli' && !target.includes('/') && target.endsWith('.ts'))
          assert.ok(
            fine,
            `${file} imports ${specifier}: ${room}/ may not know ${target}. Pass what it needs as an argument instead.`,
          )
        }
        const owners = libraryOf[specifier]
        if (owners)
          assert.ok(
            owners.includes(room),
            `${file} imports ${specifier}, which only ${owners.join(', ')} may know`,
          )
      }
    })

    if (pureRooms.includes(room)) {
      it(`${file} is pure`, () => {
        const text = read(file)
        const io = importsOf(text).filter(
          (name) => name.startsWith('node:') && !pureModules.includes(name),
        )
        assert.deepEqual(io, [], `${file} is in a pure room`)
        const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
        assert.doesNotMatch(code, impure, `${file} is in a pure room: take it as an argument`)
      })
    }
  }

  for (const room of Object.keys(mayImport)) {
    it(`${room}/ has a README that says what is absent from it`, () => {
      const path = join(src, room, 'README.md')
      assert.ok(existsSync(path), `${room}/README.md is missing`)
      assert.match(readFileSync(path, 'utf8').slice(0, 1200), /absent/i)
    })
  }
})

describe('step folders', () => {
  const folders = readdirSync(join(src, 'steps'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  )
  for (const { name } of folders) {
    it(`${name}/ has a step.ts, is listed and is tested`, () => {
      assert.ok(existsSync(join(src, 'steps', name, 'step.ts')))
      assert.match(read('steps/index.ts'), new RegExp(`'\\./${name}/step\\.ts'`))
      assert.ok(
        existsSync(join(root, 'test/steps', `${name}.test.ts`)),
        `test/steps/${name}.test.ts is missing`,
      )
    })
  }

  it('no shared code asks which type a step is', () => {
    const types = folders.map(({ name }) => name).join('|')
    const asks = new RegExp(`(?:===|!==|case)\\s*'(?:${types})'`)
    for (const file of files.filter(
      (name) => !name.startsWith('steps/') && !name.startsWith('cli/'),
    )) {
      assert.doesNotMatch(
        read(file),
        asks,
        `${file} asks for a step's type: let the step declare it`,
      )
    }
  })
})

describe('the tree', () => {
  const all = ['src', 'test', 'migrations'].flatMap((folder) =>
    sources(join(root, folder)).map((file) => join(folder, file)),
  )

  it('has nothing left for later', () => {
    const later = new RegExp(['TO', 'DO|FIX', 'ME|\\.on', 'ly\\(|@ts-ig', 'nore'].join(''))
    for (const file of all) assert.doesNotMatch(readFileSync(join(root, file), 'utf8'), later, file)
  })

  it('has a first comment in every file of src that says what it is for', () => {
    for (const file of files) {
      const first = read(file)
        .replace(/^#!.*\n/, '')
        .trimStart()
      assert.match(first.slice(0, 3), /^\/\*\*|^imp|^exp/, file)
    }
  })
})

/** What statements are put together of, beside their own text: tables, columns and conditions of ours, never a value. */
const partsOfStatements: Readonly<Record<string, readonly string[]>> = {
  'store/activity.ts': ['credentials', 'moments'],
  'store/audit.ts': ['rows'],
  'store/directory-sql.ts': ['query'],
  'store/ended-sessions.ts': ['condition'],
  'store/guesses.ts': ['counting'],
  'store/login-writes.ts': ['assignments', 'columns', 'eventColumns', 'expected', 'rows'],
  'store/logins.ts': ['column', 'counting', 'taking'],
  'store/people.ts': ['which'],
  'store/provider-models.ts': ['columns', 'selects'],
  'store/sessions.ts': ['account', 'columns', 'lasts'],
  'store/small-moves.ts': ['advance', 'assignments', 'eventColumns', 'forget', 'rows'],
  'store/sweep.ts': ['column', 'columns', 'is', 'key', 'table'],
  'store/users.ts': ['beyond', 'column', 'id'],
  'store/writes.ts': ['activeAccount'],
}

describe('statements', () => {
  it('security 141: have no value in their text, which is put together of nothing but this', () => {
    const found = files
      .map((file) => [file, [...new Set(partsOfStatementsIn(read(file)))].sort()] as const)
      .filter(([, parts]) => parts.length > 0)
    assert.deepEqual(Object.fromEntries(found), partsOfStatements)
  })

  it('security 141: stand where they are made, so that it can be seen what is in them', () => {
    // A line of a table in the same file, and a function of ours that takes no value.
    const known = /alone\[|activeAccount\(db\)/
    const others = files.flatMap((file) =>
      [...read(file).matchAll(/\b(?:raw|\w+Raw)\((?!\s*[`'"]).*/g)].map(([line]) => line),
    )
    assert.deepEqual(
      others.filter((line) => !known.test(line)),
      [],
    )
  })
})

describe('the code', () => {
  const matches = (pattern: RegExp) =>
    files.flatMap(
      (file) =>
        read(file)
          .match(pattern)
          ?.map((found) => `${file}: ${found}`) ?? [],
    )

  it('starts no other program', () => {
    assert.deepEqual(matches(/node:child_process/g), [])
  })

  it('starts itself again, and only as a worker', () => {
    const knowing = ['cli/worker-life.ts', 'cli/worker.ts', 'cli/workers.ts']
    assert.deepEqual(
      matches(/node:cluster/g),
      knowing.map((file) => `${file}: node:cluster`),
    )
    assert.deepEqual(matches(/exec: .*/g), [
      "cli/workers.ts: exec: join(import.meta.dirname, 'main.ts'), args: ['serve', ...args] })",
    ])
  })

  it('evaluates no text as code', () => {
    assert.deepEqual(matches(/\beval\(|new Function\(|node:vm\b/g), [])
  })

  it('makes no regular expression of a text that is not its own', () => {
    assert.deepEqual(matches(/new RegExp\((?!\w+Pattern\))/g), [])
  })

  it('takes chance from the system alone', () => {
    assert.deepEqual(matches(/Math\.random/g), [])
  })

  it('hashes, and derives keys, by SHA-256 alone', () => {
    const found = matches(/\b(?:createHash|createHmac|hkdfSync)\((?!'sha256')/g)
    // What others have chosen: the hash of an ID token's algorithm, and of passwords that they keep.
    const others = ['steps/federated/oidc.ts', 'steps/verify/password-schemes.ts']
    assert.deepEqual(found.map((each) => each.split(':')[0]).sort(), others)
  })

  it('encrypts by AES-256-GCM alone', () => {
    assert.deepEqual(matches(/\bcreate(?:Cipher|Decipher)iv\((?!'aes-256-gcm')/g), [])
  })
})

/** What is put into the text of each statement that is written out: what each `${…}` begins with. */
function partsOfStatementsIn(text: string): readonly string[] {
  return [...text.matchAll(/raw\(\s*`/gi)].flatMap(({ index, 0: { length } }) => {
    const parts: string[] = []
    for (let at = index + length; text[at] !== '`'; at++) {
      if (!text.startsWith('${', at)) continue
      const end = endOfPart(text, at + 2)
      parts.push(/^\w+/.exec(text.slice(at + 2, end))?.[0] ?? '')
      at = end
    }
    return parts
  })
}

function endOfPart(text: string, from: number): number {
  let open = 1
  let at = from - 1
  while (open > 0) {
    at++
    if (text[at] === '{') open++
    if (text[at] === '}') open--
  }
  return at
}

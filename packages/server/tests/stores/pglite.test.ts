import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { kitCases } from './kit-cases'
import { schemaTarget } from './schema-target'

// One for all cases, since it takes seconds to start. All stores share its one connection, which no case minds.
let database: PGlite
beforeAll(async () => {
  database = await PGlite.create()
}, 60_000)
afterAll(() => database.close())

describe('postgresStore({ client }) on PGlite', { timeout: 60_000 }, () => {
  const create = () =>
    schemaTarget(
      'kit',
      () => ({ client: database }),
      (statement) => database.exec(statement),
    )
  for (const { name, run } of kitCases({ create, runs: 10 })) it(name, run)
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeClockStep } from './describe-clock-step'
import { describePlayground } from './describe-playground'
import { describeRandom } from './describe-random'
import { describeRoles } from './describe-roles'

const open = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keepstream-'))
  return {
    address: join(folder, 'streams.db'),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

describeRoles('SQLite', open)
describeRandom('SQLite', open)
describeClockStep('SQLite file', open)
describePlayground('a SQLite file', () => undefined)

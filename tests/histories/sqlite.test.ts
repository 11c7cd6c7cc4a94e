import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteStore } from '@keepstream/server/sqlite'
import { connectedTarget } from '../../packages/server/tests/stores/connected-target'
import { describeHistories } from './describe-histories'

const create = () => {
  const folder = mkdtempSync(join(tmpdir(), 'keepstream-'))
  return connectedTarget(
    (now) => sqliteStore({ path: join(folder, 'streams.db'), now }),
    () => rmSync(folder, { recursive: true, force: true }),
  )
}

describeHistories('SQLite', create)

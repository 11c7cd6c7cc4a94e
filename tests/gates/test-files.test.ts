import { expect, it } from 'vitest'
import { findUnrun } from './test-files.mjs'

const steps = [{ suite: { projects: ['e2e'], folders: ['tests/e2e/'] } }, {}]

it('finds a test that is in no project, and one in a folder that no step runs', () => {
  const listed = ['tests/e2e/a.test.ts', 'tests/chats/b.test.ts'].map((path) => ({ path, project: 'e2e' }))
  const files = ['tests/e2e/a.test.ts', 'tests/chats/b.test.ts', 'tests/c.test.ts']
  expect(findUnrun(files, listed, steps)).toEqual([
    'tests/chats/b.test.ts is in no folder that a step of tests/runner/steps.mjs runs',
    'tests/c.test.ts is in no project of vitest.config.ts',
  ])
})

it('finds a test whose folder is run, but of another project', () => {
  const listed = [{ path: 'tests/e2e/a.test.ts', project: 'core' }]
  expect(findUnrun(['tests/e2e/a.test.ts'], listed, steps)).toHaveLength(1)
})

import { describe, expect, it } from 'vitest'
import { joinSuites } from './join-suites.mjs'
import { selectSteps } from './select-steps.mjs'
import { steps } from './steps.mjs'

const names = (words: string[]) => joinSuites(selectSteps(steps, words)).map(({ name }) => name)

describe('suites of one environment', () => {
  it('become one step at the place of the first', () => {
    expect(names(['core', 'server', 'react', 'contract', 'vue'])).toEqual(['server+core', 'contract', 'react+vue'])
  })

  it('stay as they are if there is only one, or if they need a build or a program', () => {
    expect(names(['core', 'lint', 'convex'])).toEqual(['core', 'convex', 'lint'])
    expect(names(['playground', 'tools', 'redis'])).toEqual(['build', 'redis', 'playground', 'tools'])
  })
})

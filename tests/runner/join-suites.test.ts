import { describe, expect, it } from 'vitest'
import { joinSuites } from './join-suites.mjs'
import { selectSteps } from './select-steps.mjs'
import { steps } from './steps.mjs'

const names = (words: string[]) => joinSuites(selectSteps(steps, words)).map(({ name }) => name)

describe('suites that need nothing else', () => {
  it('become one step, which names them all', () => {
    expect(names(['core', 'types', 'react'])).toEqual(['unit', 'types'])
    const [unit] = joinSuites(selectSteps(steps, ['core', 'react']))
    expect(unit?.title).toBe('the packages (core, react)')
  })

  it('stay as they are if there is only one, or if they need a build or a program', () => {
    expect(names(['core', 'lint'])).toEqual(['core', 'lint'])
    expect(names(['playground', 'tools', 'redis'])).toEqual(['build', 'redis', 'playground', 'tools'])
  })
})

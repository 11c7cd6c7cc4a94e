import { describe, expect, it } from 'vitest'
import { summarize } from './summary.mjs'
import type { Outcome, StepResult } from './types'

function result(name: string, outcome: Partial<Outcome>): StepResult {
  return {
    step: {
      name,
      group: 'tests',
      title: name,
      needsBuild: false,
      run: () => Promise.reject(new Error('not run here')),
    },
    outcome: { passed: 0, failed: 0, skipped: 0, skips: [], ...outcome },
    durationMs: 1500,
  }
}

const skip = { suite: 'the browser suite', reason: 'no Chromium was found', cure: 'install it' }

describe('the end of a test run', () => {
  it('adds gates and tests up in the last line', () => {
    const { text, isPassed } = summarize([result('lint', { passed: 1 }), result('unit', { passed: 41 })], false)
    expect(text.split('\n').at(-1)).toBe('42 passed, 0 failed')
    expect(isPassed).toBe(true)
  })

  it('fails if one step failed, whatever passed', () => {
    const { text, isPassed } = summarize([result('lint', { failed: 1 }), result('unit', { passed: 41 })], false)
    expect(text.split('\n').at(-1)).toBe('41 passed, 1 failed')
    expect(isPassed).toBe(false)
  })

  it('names what was skipped with its reason and its cure, and passes on a machine of one’s own', () => {
    const { text, isPassed } = summarize([result('e2e', { passed: 3, skipped: 5, skips: [skip] })], false)
    expect(text).toContain('skipped: the browser suite (no Chromium was found). Cure: install it.')
    expect(text.split('\n').at(-1)).toBe('3 passed, 0 failed, 5 skipped')
    expect(isPassed).toBe(true)
  })

  it('counts a skipped suite as a failure where everything must run', () => {
    const { text, isPassed } = summarize([result('e2e', { passed: 3, skipped: 5, skips: [skip] })], true)
    expect(text.split('\n').at(-1)).toBe('3 passed, 1 failed, 5 skipped')
    expect(isPassed).toBe(false)
  })
})

import { describe, expect, it } from 'vitest'
import { summarize } from './summary.mjs'
import type { Outcome, StepResult } from './types'

function result(name: string, outcome: Partial<Outcome>): StepResult {
  return {
    step: {
      name,
      group: 'unit',
      title: name,
      needsBuild: false,
      needs: [],
      run: () => Promise.reject(new Error('not run here')),
    },
    outcome: { passed: 0, failed: 0, skipped: 0, skips: [], ...outcome },
    durationMs: 1500,
  }
}

const skip = { suite: 'the browser suite', reason: 'no Chromium was found', cure: 'install it' }

const lenient = { isStrict: false, durationMs: 3000 }
const strict = { isStrict: true, durationMs: 3000 }

describe('the end of a test run', () => {
  it('adds gates and tests up in the last line', () => {
    const { text, isPassed } = summarize([result('lint', { passed: 1 }), result('unit', { passed: 41 })], lenient)
    expect(text.split('\n').at(-1)).toBe('42 passed, 0 failed')
    expect(isPassed).toBe(true)
  })

  it('fails if one step failed, whatever passed', () => {
    const { text, isPassed } = summarize([result('lint', { failed: 1 }), result('unit', { passed: 41 })], lenient)
    expect(text.split('\n').at(-1)).toBe('41 passed, 1 failed')
    expect(isPassed).toBe(false)
  })

  it('names what was skipped with its reason and its cure, and passes on a machine of one’s own', () => {
    const { text, isPassed } = summarize([result('e2e', { passed: 3, skipped: 5, skips: [skip] })], lenient)
    expect(text).toContain('skipped: the browser suite (no Chromium was found). Cure: install it.')
    expect(text.split('\n').at(-1)).toBe('3 passed, 0 failed, 5 skipped')
    expect(isPassed).toBe(true)
  })

  it('counts a skipped suite as a failure where everything must run', () => {
    const { text, isPassed } = summarize([result('e2e', { passed: 3, skipped: 5, skips: [skip] })], strict)
    expect(text.split('\n').at(-1)).toBe('3 passed, 1 failed, 5 skipped')
    expect(isPassed).toBe(false)
  })

  it('lists the slowest tests, the slowest first', () => {
    const timings = Array.from({ length: 25 }, (_, index) => ({ test: `test ${index}`, durationMs: index * 1000 }))
    const { text } = summarize([result('core', { passed: 25, timings })], lenient)
    const listed = [...text.matchAll(/ (\d+\.\d) s {2}(test \d+)\n/g)]
    expect(listed).toHaveLength(20)
    expect(listed[0]?.slice(1)).toEqual(['24.0', 'test 24'])
    expect(listed.at(-1)?.slice(1)).toEqual(['5.0', 'test 5'])
  })
})

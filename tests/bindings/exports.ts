import * as core from '@keepstream/core'
import { expect, it } from 'vitest'

/** Holds a binding to what every binding exports. */
export function describeExports(binding: object) {
  it('exports useStream and the whole core, by name', () => {
    expect(Object.keys(binding).sort()).toEqual([
      'SourceError',
      'StreamError',
      'createStreamClient',
      'fetchLive',
      'fetchSnapshot',
      'initialStreamState',
      'isStreamError',
      'keepClient',
      'keepstream',
      'reportClient',
      'useStream',
    ])
  })

  it('exports the very instance of the core that an application may import beside it', () => {
    expect(binding).toHaveProperty('useStream', expect.any(Function))
    for (const [name, value] of Object.entries(core)) expect(binding[name as keyof typeof binding]).toBe(value)
  })
}

import * as core from '@keepstream/core'
import { expect, it } from 'vitest'

/** Tests that a binding exports what every binding exports. */
export function describeExports(binding: object) {
  it('exports useStream and every name of the core', () => {
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

  it('exports the same instance of the core that an application imports directly', () => {
    expect(binding).toHaveProperty('useStream', expect.any(Function))
    for (const [name, value] of Object.entries(core)) expect(binding[name as keyof typeof binding]).toBe(value)
  })
}

import * as core from '@keepstream/core'
import { expect, it } from 'vitest'

/** Tests that a binding exports what every binding exports, and `own`: what provides a client in its framework. */
export function describeExports(binding: object, own: readonly string[]) {
  it('exports useStream, the provider and every name of the core', () => {
    const names = [
      'SourceError',
      'StreamError',
      'createStreamClient',
      'createStreamId',
      'fetchLive',
      'fetchSnapshot',
      'initialStreamState',
      'isStreamError',
      'isTerminal',
      'keepClient',
      'keepstream',
      'noFold',
      'reportClient',
      'requireClient',
      'useStream',
      ...own,
    ]
    expect(Object.keys(binding).sort()).toEqual(names.sort())
  })

  it('exports the same instance of the core that an application imports directly', () => {
    expect(binding).toHaveProperty('useStream', expect.any(Function))
    for (const [name, value] of Object.entries(core)) expect(binding[name as keyof typeof binding]).toBe(value)
  })
}

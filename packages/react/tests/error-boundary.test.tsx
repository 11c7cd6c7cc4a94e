import { createStreamClient, keepstream, type StreamError } from '@keepstream/react'
import { Component, type ReactNode } from 'react'
import { expect, it, vi } from 'vitest'
import { createKit } from '../../../tests/bindings/kit'
import { drivers, Probe } from '../../../tests/bindings/react/driver'
import { renderPage } from './support/render-page'

it('a component throws an option that cannot work to the next error boundary', () => {
  const complaints = vi.spyOn(console, 'error').mockImplementation(() => {})
  const { server } = createKit(drivers[0])
  const { snapshot } = keepstream({ url: '/streams', fetch: server.fetch })
  const client = createStreamClient({ snapshot })
  const { container } = renderPage(
    <Boundary>
      <Probe client={client} id="a" start name="reply" onRender={() => {}} />
    </Boundary>,
  )
  expect(container.textContent).toMatch(/^invalid-option @keepstream\/core: .*needs `live`/)
  complaints.mockRestore()
})

class Boundary extends Component<{ children: ReactNode }, { error?: StreamError }> {
  override state: { error?: StreamError } = {}

  static getDerivedStateFromError(error: StreamError) {
    return { error }
  }

  override render() {
    const { error } = this.state
    return error ? `${error.code} ${error.message}` : this.props.children
  }
}

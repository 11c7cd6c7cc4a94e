/** @jsxImportSource solid-js */
import { createSignal } from 'solid-js'
import { render } from 'solid-js/web'
import type { MountPane } from '../pane-view'
import { Pane } from './pane'

export const mountPane: MountPane = (target, first) => {
  const [props, setProps] = createSignal(first)
  const unmount = render(() => <Pane {...props()} />, target)
  return { update: setProps, unmount }
}

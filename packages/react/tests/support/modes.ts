import { Fragment, StrictMode } from 'react'
import { drivers } from '../../../../tests/bindings/react/driver'

/** The tests run in both modes: StrictMode mounts, unmounts and mounts again. */
export const modes = [
  { mode: 'outside <StrictMode>', Mode: Fragment, driver: drivers[0] },
  { mode: 'inside <StrictMode>', Mode: StrictMode, driver: drivers[1] },
]

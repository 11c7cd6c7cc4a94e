import { Fragment, StrictMode } from 'react'
import { drivers } from '../../../../tests/bindings/react/driver'

/** What React does its own way holds in both: StrictMode mounts, unmounts and mounts again. */
export const modes = [
  { mode: 'outside <StrictMode>', Mode: Fragment, driver: drivers[0] },
  { mode: 'inside <StrictMode>', Mode: StrictMode, driver: drivers[1] },
]

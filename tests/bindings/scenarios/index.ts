import { clients } from './clients'
import { ending } from './ending'
import { environments } from './environments'
import { errors } from './errors'
import { folding } from './folding'
import { ids } from './ids'
import { leaving } from './leaving'
import { mounting } from './mounting'
import { randomLife } from './random-life'
import { readers } from './readers'
import { rendering } from './rendering'
import { returning } from './returning'
import type { Scenarios } from './scenario'
import { smoothing } from './smooth'
import { statuses } from './statuses'
import { stopping } from './stopping'
import { texts } from './texts'

export type { Scenario } from './scenario'

/** The scenarios, grouped by theme. */
export const themes: readonly Scenarios[] = [
  mounting,
  ids,
  readers,
  returning,
  statuses,
  ending,
  stopping,
  errors,
  environments,
  clients,
  rendering,
  leaving,
  texts,
  smoothing,
  folding,
  randomLife,
]

/** All scenarios by key. Every framework must pass them. */
export const scenarios: Scenarios = Object.assign({}, ...themes)

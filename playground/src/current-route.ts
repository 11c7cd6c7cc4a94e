import { parseRoute, type Route } from './route'

/** Where the page is now. A render's route may be a step behind by the time that something it waited for arrives. */
export function currentRoute(): Route {
  return parseRoute(location.pathname + location.search)
}

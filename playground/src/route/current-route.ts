import { parseRoute, type Route } from './route'

/** The current route of the page. After an `await`, the route of a render may be outdated. */
export function currentRoute(): Route {
  return parseRoute(location.pathname + location.search)
}

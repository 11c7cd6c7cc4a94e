import { callback, flag, invalid, number, type OptionsOf, optionsFrom, type TableFor } from '../options/check-options'
import type { StreamScope } from '../options/stream-scope'
import type { CreateStreamOptions } from '../run/create-stream'
import type { DriveContext, Producer } from '../run/producer'
import { checkOrigin } from './request/check-origin'
import { isHeaderName } from './request/cors'

export type StreamAction = 'create' | 'list' | 'read' | 'drive' | 'stop' | 'delete'

export interface AuthorizeContext {
  /**
   * Its body, of at most `maxBodyBytes`, may be read here: `produce` gets its own copy. A request with a body is a
   * copy.
   */
  readonly request: Request
  /** It is empty for `list`. */
  readonly id: string
  readonly action: StreamAction
  /**
   * The `meta` of `createStream`. Reads the store once, at the first call. If there is no such stream it is `undefined` and
   * does not reject, so that strangers get the same response whether the stream exists or not.
   */
  readonly getMeta: () => Promise<unknown>
}

/** What a new stream is created with, but for its id. */
export type StreamFacts = Omit<CreateStreamOptions, 'id'>

export interface ListContext {
  readonly request: Request
  /** From the query of the request. */
  readonly owner: string | undefined
  readonly group: string | undefined
}

export interface CreateContext {
  readonly id: string
  /** Its body may be read here: `authorize` and `produce` get their own copies. */
  readonly request: Request
}

export type Authorize = (request: AuthorizeContext) => boolean | Response | Promise<boolean | Response>

export interface HandlerOptions {
  /**
   * The path of the streams, such as `/streams`. It may be percent-encoded or not: `/größe` is the same as
   * `/gr%C3%B6%C3%9Fe`. It is not a pattern, and has no `.` or `..` in it. The path of a request may end with a slash.
   */
  readonly basePath: string
  /**
   * Decides whether this request may perform this action. It is required, because everything would be public without
   * it. `'public'` allows everything. The function returns one of these:
   *
   * - `true`: the request is allowed.
   * - `false`: the response is 404, as for a stream that does not exist.
   * - A new `Response` from 400 to 599, returned or thrown: it is sent as it is, and no cache stores it. Use 401 for an
   *   expired token (the client then calls its `headers` function again), 402, 403, or 429 with `Retry-After`. It must
   *   depend on the user and never on the stream, because it would reveal whether the stream exists. A 404 is the same
   *   as `false`.
   *
   * A page gets a JSON body `{ code, message }` as `error.serverCode` and in `error.message`. A body that is empty or
   * plain text is turned into such JSON. Any other `Response` is a mistake: the response is 500, and `onError` is
   * called.
   */
  readonly authorize: 'public' | Authorize
  /**
   * The producer of all streams, for `POST /:id/drive`. It is called once for each run. Its `request` has its own copy of the
   * body. If it throws, the run ends as `error`. @default there is no drive route
   */
  readonly produce?: Producer<DriveContext>
  /**
   * For `POST /:id/create`, which creates a stream and drives it in one request: it returns what `createStream` takes,
   * but for the id. The page chooses that, of 20 to 64 letters, digits, `-` and `_`. The request may be repeated: then it joins,
   * if `authorize` allows it to `drive`. `POST` of `basePath` does the same with an id that the server makes, and the response
   * has it as `Stream-Id`.
   *
   * `create` is not called for a stream that exists, but two requests at once may both call it: use the id as the key of what
   * it stores. Needs `produce`. @default there are no such routes
   */
  readonly create?: (context: CreateContext) => StreamFacts | Promise<StreamFacts>
  /**
   * For `GET` of `basePath`, which lists streams: it returns whose streams this request may see, an owner, a group or both. The
   * query has what the page asked for, which is checked nowhere else. `authorize` is asked first, with the action `list` and
   * without an id. @default there is no such route
   */
  readonly list?: (context: ListContext) => StreamScope | Promise<StreamScope>
  /** As in `stream()`. @default false */
  readonly canResume?: boolean
  /**
   * Other origins whose pages may send requests, each as browsers send it, without a path: `https://app.example`, or
   * the origin of an app such as `tauri://localhost`. There are no wildcards. @default none
   */
  readonly allowedOrigins?: readonly string[]
  /**
   * The headers that pages of those origins may send, besides `Authorization`, `Content-Type`, `If-None-Match` and
   * `Last-Event-ID`. @default any
   */
  readonly allowedHeaders?: readonly string[]
  /** Pages of those origins may send cookies (`credentials: 'include'` in the client). @default false */
  readonly allowCredentials?: boolean
  /** The longest body of a request, in bytes: a longer one is 413. @default 65_536 */
  readonly maxBodyBytes?: number
}

/** Responds to every request. It never rejects. */
export type Handler = (request: Request) => Promise<Response>

const table = {
  basePath: checkedPath,
  authorize: (given, name) =>
    given === 'public' || typeof given === 'function'
      ? (given as HandlerOptions['authorize'])
      : invalid(name, "pass a function that returns true or false, or the string 'public'"),
  produce: callback<HandlerOptions['produce']>('pass a producer, such as async ({ meta, append }) => …'),
  create: callback<HandlerOptions['create']>('pass a function such as ({ request }) => ({ meta: … })'),
  list: callback<HandlerOptions['list']>('pass a function such as ({ request }) => ({ owner: … })'),
  canResume: flag,
  allowedOrigins: (given = [], name) =>
    Array.isArray(given) ? given.map(checkOrigin) : invalid(name, "pass a list such as ['https://app.example']"),
  allowedHeaders(given, name) {
    if (given === undefined) return undefined
    if (Array.isArray(given) && given.every(isHeaderName)) return [...given]
    return invalid(name, "pass a list of names such as ['traceparent'], or leave it out to allow any")
  },
  allowCredentials: flag,
  maxBodyBytes: number(65_536, 0),
} satisfies TableFor<HandlerOptions>

export type ResolvedHandlerOptions = OptionsOf<typeof table>

/** Checks the options once, and copies them. */
export function resolveHandlerOptions(given: HandlerOptions): ResolvedHandlerOptions {
  const options = optionsFrom(given, table, 'call handler({ basePath, authorize })')
  const { allowedOrigins, allowedHeaders, allowCredentials, create, produce } = options
  if (create && !produce) invalid('create', 'it starts a producer too; pass produce')
  const useless = allowCredentials ? 'allowCredentials' : allowedHeaders && 'allowedHeaders'
  if (useless && allowedOrigins.length === 0) invalid(useless, 'it applies to the origins in allowedOrigins; list them')
  return options
}

/** The path in the form of request URLs: percent-encoded, and without the slash at the end. */
function checkedPath(basePath: unknown): string {
  // URLs drop control characters and turn a backslash into a slash. A path with them never matches, or matches another
  // path.
  if (typeof basePath !== 'string' || !/^(\/[^?#\\*\p{Cc}]+)*\/?$/u.test(basePath) || basePath.includes('/:')) {
    return invalid('basePath', "pass a path such as '/streams'; it is compared as a string, and is not a pattern")
  }
  if (basePath.includes('//')) return invalid('basePath', "it has an empty part ('//'); write the path without it")
  if (/\/(\.|%2e){1,2}(?=\/|$)/i.test(basePath)) {
    return invalid('basePath', "a URL resolves its '.' and '..' to another path; write that path")
  }
  return canonicalPath(new URL(`http://any.host${basePath.replace(/\/?$/, '/')}`).pathname).slice(0, -1)
}

/** `%c3` and `%C3` are the same. Browsers write `%C3`, and people write either. */
export function canonicalPath(pathname: string): string {
  return pathname.replace(/%[\da-f]{2}/gi, (code) => code.toUpperCase())
}

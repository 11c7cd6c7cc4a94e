import { checkOrigin } from './check-origin'
import { type Cors, isHeaderName } from './cors'
import { checkNames, checkObject, invalid, numberFrom } from './options'
import type { Producer } from './producer'

export type StreamAction = 'read' | 'drive' | 'stop' | 'delete'

export interface AuthorizeRequest {
  /** Its body, at most `maxBodyBytes` of it, may be read here: `produce` has one of its own. With a body it is a copy. */
  readonly request: Request
  readonly id: string
  readonly action: StreamAction
  /** What was given to `createStream`; `undefined` if there is no such stream. Read once, and only if asked for. */
  readonly getMeta: () => Promise<unknown>
}

export type Authorize = (asked: AuthorizeRequest) => boolean | Response | Promise<boolean | Response>

export interface ProduceRequest {
  readonly id: string
  /** With its body, at most `maxBodyBytes` of it, and the run's signal. */
  readonly request: Request
  readonly meta: unknown
}

export interface HandlerOptions {
  /**
   * The path the streams are under, such as `/streams`, as a URL shows it or as it is read: `/größe` is `/gr%C3%B6%C3%9Fe`.
   * No pattern, and without `.` and `..`. A request may have a slash at its end.
   */
  readonly basePath: string
  /**
   * Whether this request may do this. `false` looks like a stream that does not exist: say so to whoever may not know of
   * it. Required, because forgetting it would publish everything; the word `'public'` does so knowingly.
   *
   * A new `Response` from 400 to 599, returned or thrown, says why instead, and is passed on without being stored by any cache: 401 for a token
   * that has run out (the client's `headers` function is asked for another), 402, 403, 429 with `Retry-After`. It should
   * depend on who asks and never on the stream, since it would tell whether that exists; 404 is therefore the same as `false`.
   * As JSON `{ code, message }` its words reach the page as `error.serverCode` and in `error.message`; what JSON lacks of
   * that is added, and one without a body or with plain text is made into it. Any other `Response` is a mistake: 500, and `onError` is told.
   */
  readonly authorize: 'public' | Authorize
  /** The producer for `POST /:id/drive`; called once for each run, and a throw ends it as `error`. Without it nobody drives here. */
  readonly produce?: (asked: ProduceRequest) => Producer | Promise<Producer>
  /** As in `stream()`. @default false */
  readonly canResume?: boolean
  /**
   * Other origins that may call from a page, each as browsers send it, without a path: `https://app.example`, or an app's own
   * such as `tauri://localhost`. There are no wildcards. @default none
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

/** Answers every request; never rejects. */
export type Handler = (request: Request) => Promise<Response>

export type ResolvedHandlerOptions = Pick<HandlerOptions, 'authorize' | 'produce'> &
  Required<Pick<HandlerOptions, 'basePath' | 'canResume' | 'maxBodyBytes'>> & { readonly cors: Cors }

const names: readonly (keyof HandlerOptions)[] = [
  ...(['basePath', 'authorize', 'produce', 'canResume', 'maxBodyBytes'] as const),
  ...(['allowedOrigins', 'allowedHeaders', 'allowCredentials'] as const),
]

/** Checks the options once, and copies them. */
export function resolveHandlerOptions(given: HandlerOptions): ResolvedHandlerOptions {
  checkObject('options', given, 'call handler({ basePath, authorize })')
  checkNames('', given, names)
  const { authorize, produce, canResume = false } = given
  if (authorize !== 'public' && typeof authorize !== 'function') {
    invalid('authorize', "pass a function that answers with true or false, or the word 'public'")
  }
  if (produce !== undefined && typeof produce !== 'function') {
    invalid('produce', 'pass a function that returns a producer')
  }
  return {
    basePath: checkedPath(given.basePath),
    authorize,
    ...(produce && { produce }),
    canResume,
    cors: checkedCors(given),
    maxBodyBytes: numberFrom('maxBodyBytes', given.maxBodyBytes, 65_536, 0),
  }
}

function checkedCors({ allowedOrigins = [], allowedHeaders, allowCredentials = false }: HandlerOptions): Cors {
  if (!Array.isArray(allowedOrigins)) invalid('allowedOrigins', "pass a list such as ['https://app.example']")
  if (allowedHeaders !== undefined && !(Array.isArray(allowedHeaders) && allowedHeaders.every(isHeaderName))) {
    invalid('allowedHeaders', "pass a list of names such as ['traceparent'], or leave it out to allow any")
  }
  if (typeof allowCredentials !== 'boolean') invalid('allowCredentials', 'pass true or false')
  const useless = allowCredentials ? 'allowCredentials' : allowedHeaders && 'allowedHeaders'
  if (useless && allowedOrigins.length === 0) invalid(useless, 'it is for the origins in allowedOrigins; list them')
  return {
    allowedOrigins: allowedOrigins.map(checkOrigin),
    allowedHeaders: allowedHeaders && [...allowedHeaders],
    allowCredentials,
  }
}

/** As the URLs of requests will have it: percent-encoded, and without the slash at the end. */
function checkedPath(basePath: unknown): string {
  // A URL drops control characters and takes a backslash for a slash, so such a path would never match, or match another.
  if (typeof basePath !== 'string' || !/^(\/[^?#\\*\p{Cc}]+)*\/?$/u.test(basePath) || basePath.includes('/:')) {
    return invalid('basePath', "pass a path such as '/streams'; it is compared as it stands, and is no pattern")
  }
  if (basePath.includes('//')) return invalid('basePath', "it has an empty part ('//'); write the path that is meant")
  if (/\/(\.|%2e){1,2}(?=\/|$)/i.test(basePath)) {
    return invalid('basePath', "a URL takes its '.' and '..' for another path; write the path that is meant")
  }
  return canonicalPath(new URL(`http://any.host${basePath.replace(/\/?$/, '/')}`).pathname).slice(0, -1)
}

/** `%c3` and `%C3` are the same: browsers write the second, people either. */
export function canonicalPath(pathname: string): string {
  return pathname.replace(/%[\da-f]{2}/gi, (code) => code.toUpperCase())
}

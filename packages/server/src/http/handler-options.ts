import { checkNames, checkObject, invalid, numberFrom } from '../options/check-options'
import type { Producer } from '../run/producer'
import { checkOrigin } from './request/check-origin'
import { type Cors, isHeaderName } from './request/cors'

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
   * It is no pattern and has no `.` or `..` in it. A request may have a slash at its end.
   */
  readonly basePath: string
  /**
   * Decides whether this request may do this. It is required, because forgetting it would publish everything; the word
   * `'public'` allows everything on purpose. It returns one of these:
   *
   * - `true`: the request may go on.
   * - `false`: the answer is 404, as for a stream that does not exist.
   * - A new `Response` from 400 to 599, returned or thrown: it is passed on, and no cache stores it. Use 401 for a token
   *   that has expired (the client's `headers` function is then asked for another one), 402, 403, or 429 with
   *   `Retry-After`. Let it depend on the user, never on the stream, since it would tell whether that exists. A 404 is
   *   the same as `false`.
   *
   * The words of a JSON body `{ code, message }` reach the page as `error.serverCode` and in `error.message`. A body
   * that is empty or plain text is made into such JSON. Any other `Response` is a mistake: the answer is 500, and
   * `onError` is called.
   */
  readonly authorize: 'public' | Authorize
  /** Returns the producer for `POST /:id/drive`. It is called once for each run, and a throw ends the run as `error`. @default nobody can drive here */
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

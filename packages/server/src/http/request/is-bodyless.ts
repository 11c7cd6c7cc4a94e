/**
 * Whether the client sent no body. `false` if only the `body` itself can show that. Most adapters build a stream, and a second
 * request around it, when `body` is read.
 */
export function isBodyless({ method, headers }: Request): boolean {
  return method === 'GET' || method === 'HEAD' || headers.get('Content-Length') === '0'
}

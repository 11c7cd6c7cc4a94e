import { useEffect, useState } from 'react'
import type { About } from '../shared/about'
import { readAbout } from './chats/chats-api'

/** The source of the answers, or `undefined` until it is known. */
export function useAbout(): About | undefined {
  const [about, setAbout] = useState<About>()
  useEffect(() => {
    const abort = new AbortController()
    // A failure is not shown here, because the conversation shows that the server is away.
    readAbout(abort.signal).then(setAbout, () => {})
    return () => abort.abort()
  }, [])
  return about
}

import { useEffect, useState } from 'react'
import type { About } from '../shared/about'
import { readAbout } from './chats-api'

/** Who answers here; `undefined` until that is known. */
export function useAbout(): About | undefined {
  const [about, setAbout] = useState<About>()
  useEffect(() => {
    const abort = new AbortController()
    // Not worth a word on the screen: where the server is away, the conversation says so.
    readAbout(abort.signal).then(setAbout, () => {})
    return () => abort.abort()
  }, [])
  return about
}

import { useEffect, useState } from 'react'
import { followerPath } from './use-route'

export interface FollowerLinkProps {
  readonly chatId: string | undefined
}

/** Leads to this conversation as a lone follower, for another tab or device. */
export function FollowerLink({ chatId }: FollowerLinkProps) {
  const [outcome, setOutcome] = useState<'copied' | 'failed'>()
  useEffect(() => {
    if (outcome === undefined) return
    const timer = setTimeout(() => setOutcome(undefined), 2_000)
    return () => clearTimeout(timer)
  }, [outcome])

  if (chatId === undefined)
    return <p className="hint">Once something was asked, there is a link to follow it elsewhere.</p>

  const path = followerPath(chatId)
  const copy = () => {
    // Without a secure context there is no clipboard; the link itself can still be copied by hand.
    const writing = navigator.clipboard?.writeText(new URL(path, location.href).href) ?? Promise.reject()
    writing.then(
      () => setOutcome('copied'),
      () => setOutcome('failed'),
    )
  }

  return (
    <div className="follower-link">
      <a className="button" href={path} target="_blank" rel="noopener">
        Open as a follower <span aria-hidden="true">↗</span>
      </a>
      <button type="button" className="quiet" onClick={copy}>
        <span role="status">
          {outcome === 'copied' ? 'Copied' : outcome === 'failed' ? 'Copy it from the address bar' : 'Copy link'}
        </span>
      </button>
    </div>
  )
}
